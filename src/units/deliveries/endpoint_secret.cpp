#include "units/deliveries/endpoint_secret.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace settled::units {

namespace {

constexpr std::string_view key_label = "seal";

// The plain form: a mark that no older form begins with, then for each secret a letter, its length,
// a colon and its bytes. Written and read in place, so that no copy stays behind.
constexpr char mark = '\x01';
enum class Tag : char {
    signing = 's',
    key_pair = 'k',
    credential = 'c',
    header = 'h',
    client_key = 'p',
    previous = 'q', // the time until; the next s and k are its own
};

class Writer {
  public:
    Writer() { out_.push_back(mark); }
    void add(Tag tag, std::string_view bytes) {
        out_.push_back(static_cast<char>(tag));
        out_.append(std::to_string(bytes.size())).append(":").append(bytes);
    }
    void add_if_any(Tag tag, const Secret& secret) {
        if (!secret.empty())
            add(tag, secret.reveal()); // into what is sealed
    }
    Secret secret() && { return Secret(std::move(out_)); }

  private:
    std::string out_;
};

std::optional<std::int64_t> take_number(std::string_view& in, char end) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(in.data(), in.data() + in.size(), number);
    const auto read = static_cast<std::size_t>(stop - in.data());
    if (error != std::errc() || number < 0 || read >= in.size() || in[read] != end)
        return std::nullopt;
    in.remove_prefix(read + 1);
    return number;
}

Secret secret_of(std::string_view bytes) {
    return Secret(std::string(bytes));
}

// The number that is the whole text; 0 when it is none.
Instant instant_of(std::string_view bytes) {
    Instant at;
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), at.us);
    return at;
}

void take(EndpointSecrets& secrets, Tag tag, std::string_view bytes) {
    const bool is_previous = !secrets.previous.empty();
    switch (tag) {
    case Tag::signing:
        (is_previous ? secrets.previous.back().signing : secrets.signing) = secret_of(bytes);
        return;
    case Tag::key_pair:
        (is_previous ? secrets.previous.back().key_pair : secrets.key_pair) = secret_of(bytes);
        return;
    case Tag::credential:
        secrets.credential = secret_of(bytes);
        return;
    case Tag::header:
        secrets.headers.push_back(secret_of(bytes));
        return;
    case Tag::client_key:
        secrets.client_key = secret_of(bytes);
        return;
    case Tag::previous:
        secrets.previous.push_back({{}, {}, instant_of(bytes)});
        return;
    }
}

Result<EndpointSecrets> read(std::string_view plain) {
    EndpointSecrets secrets;
    plain.remove_prefix(1);
    while (!plain.empty()) {
        const auto tag = static_cast<Tag>(plain.front());
        plain.remove_prefix(1);
        const auto size = take_number(plain, ':');
        if (!size || static_cast<std::size_t>(*size) > plain.size())
            return fail(Code::crypto_failed, "an endpoint's secrets cannot be read");
        take(secrets, tag, plain.substr(0, static_cast<std::size_t>(*size)));
        plain.remove_prefix(static_cast<std::size_t>(*size));
    }
    return secrets;
}

} // namespace

EndpointSecrets EndpointSecrets::copy() const {
    EndpointSecrets other;
    other.signing = signing.copy();
    other.key_pair = key_pair.copy();
    other.credential = credential.copy();
    for (const Secret& header : headers)
        other.headers.push_back(header.copy());
    other.client_key = client_key.copy();
    for (const Previous& each : previous)
        other.previous.push_back({each.signing.copy(), each.key_pair.copy(), each.until});
    return other;
}

void retire_secrets(EndpointSecrets& secrets, Instant until, Instant now) {
    if (until > now && (!secrets.signing.empty() || !secrets.key_pair.empty()))
        secrets.previous.insert(secrets.previous.begin(),
                                {std::move(secrets.signing), std::move(secrets.key_pair), until});
    secrets.signing = Secret();
    secrets.key_pair = Secret();
    std::erase_if(secrets.previous, [now](const auto& each) { return each.until <= now; });
    if (secrets.previous.size() > previous_secrets_max)
        secrets.previous.resize(previous_secrets_max);
}

Bytes seal_endpoint_secrets(const Secret& master, EndpointId endpoint,
                            const EndpointSecrets& secrets, Rng& rng) {
    Writer w;
    w.add_if_any(Tag::signing, secrets.signing);
    w.add_if_any(Tag::key_pair, secrets.key_pair);
    w.add_if_any(Tag::credential, secrets.credential);
    for (const Secret& header : secrets.headers)
        w.add(Tag::header, header.reveal());
    w.add_if_any(Tag::client_key, secrets.client_key);
    for (const EndpointSecrets::Previous& each : secrets.previous) {
        w.add(Tag::previous, std::to_string(each.until.us));
        w.add_if_any(Tag::signing, each.signing);
        w.add_if_any(Tag::key_pair, each.key_pair);
    }
    const Secret plain = std::move(w).secret();
    const Secret key = crypto::derive_key(master, key_label);
    return crypto::seal(key, plain.reveal(), to_string(endpoint), rng);
}

Result<EndpointSecrets> open_endpoint_secrets(const Secret& master, EndpointId endpoint,
                                              BytesView sealed, bool is_basic) {
    const Secret key = crypto::derive_key(master, key_label);
    TRY(Secret plain, crypto::open_sealed(key, sealed, to_string(endpoint)));
    if (plain.reveal().starts_with(mark))
        return read(plain.reveal());
    EndpointSecrets secrets;
    (is_basic ? secrets.credential : secrets.signing) = std::move(plain);
    return secrets;
}

} // namespace settled::units
