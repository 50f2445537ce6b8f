#include "connectors/mapped/signature.h"

#include "base/limits.h"
#include "connectors/basic_auth.h"
#include "connectors/mapped/signed_text.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "crypto/webhook_signature.h"
#include "wire/base64.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace settled::connectors::mapped {

namespace {

using wire::Json;

constexpr std::size_t secrets_max = 8;
constexpr std::int64_t tolerance_seconds_default = 300; // as the Standard Webhooks libraries
constexpr std::int64_t tolerance_seconds_max = 24 * 3600;
constexpr std::size_t signatures_max = 8; // in one header, while keys change
constexpr std::size_t secret_bytes_min = 16;

enum class Encoding : std::uint8_t { hex, base64 };

std::unexpected<Error> wrong(std::string_view member, std::string_view why) {
    return fail(Code::value_invalid, std::string(member) + ": " + std::string(why));
}

// --- reading the configuration

Result<std::string> needed_text(Json written, std::string_view name) {
    const auto text = written.member(name).and_then(&Json::string);
    if (!text || text->empty() || text->size() > limits::text_bytes_max)
        return wrong(name, "give a text of at most 256 characters");
    return std::string(*text);
}

std::string text_or(Json written, std::string_view name, std::string_view otherwise) {
    return std::string(written.member(name).and_then(&Json::string).value_or(otherwise));
}

Result<std::vector<std::string_view>> list_of(Json written, std::string_view name) {
    const auto list = written.member(name);
    if (!list || !list->is_array() || list->size() == 0 || list->size() > secrets_max)
        return wrong(name, "give a list of 1 to 8");
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto text = list->at(i).string();
        if (!text)
            return wrong(name, "give texts");
        texts.push_back(*text);
    }
    return texts;
}

Result<> check_length(std::string_view secret) {
    if (secret.size() < secret_bytes_min)
        return fail(Code::key_unsuitable, "a secret has at least 16 bytes");
    return {};
}

Result<std::vector<Secret>> open_secrets(Json written, const OpenSecret& open_secret,
                                         const SecretCheck& check = check_length) {
    TRY(const auto uris, list_of(written, "secrets"));
    std::vector<Secret> secrets;
    for (const std::string_view uri : uris) {
        TRY(Secret secret, open_secret(uri, check));
        secrets.push_back(std::move(secret));
    }
    return secrets;
}

Result<Encoding> read_encoding(Json written) {
    const std::string encoding = text_or(written, "encoding", "hex");
    if (encoding == "hex")
        return Encoding::hex;
    if (encoding == "base64")
        return Encoding::base64;
    return wrong("encoding", "give hex or base64");
}

Result<> check_members(Json written, std::initializer_list<std::string_view> known) {
    for (std::size_t i = 0; i < written.size(); ++i)
        if (std::ranges::find(known, written.name_at(i)) == known.end())
            return wrong("signature", "this scheme has no " + std::string(written.name_at(i)));
    return {};
}

// --- reading a request

Result<std::string_view> needed_header(const HeaderLookup& headers, std::string_view name) {
    const auto value = headers(name);
    if (!value)
        return fail(Code::signature_missing, "send the header " + std::string(name));
    return *value;
}

std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<std::uint8_t>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? std::optional(static_cast<std::uint8_t>(lower - 'a' + 10))
                                        : std::nullopt;
}

Result<Bytes> decode(std::string_view text, Encoding encoding) {
    constexpr std::string_view why = "the signature is not in its encoding";
    if (encoding == Encoding::base64) {
        auto bytes = wire::parse_base64(text);
        return bytes ? std::move(bytes) : fail(Code::signature_malformed, std::string(why));
    }
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const auto high = nibble(text[i]), low = nibble(text[i + 1]);
        if (!high || !low)
            return fail(Code::signature_malformed, std::string(why));
        bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    if (text.empty() || text.size() % 2 != 0)
        return fail(Code::signature_malformed, std::string(why));
    return bytes;
}

Result<std::int64_t> unix_seconds(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size())
        return fail(Code::signature_malformed, "the timestamp is no number of seconds");
    return seconds;
}

Result<> check_age(std::int64_t seconds, std::int64_t tolerance, Instant now) {
    const std::int64_t now_seconds = now.us / 1'000'000;
    if (seconds < now_seconds - tolerance || seconds > now_seconds + tolerance)
        return fail(Code::signature_invalid, "the timestamp is too far from now");
    return {};
}

std::string_view without_spaces(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

template <class Mac>
bool is_one_of(std::span<const Bytes> signatures, const Mac& mac) {
    bool any = false;
    for (const Bytes& signature : signatures)
        any |= crypto::equal_in_constant_time(signature, mac);
    return any;
}

// --- the schemes

class HmacSignature final : public Signature {
  public:
    static Result<std::unique_ptr<const Signature>> open(Json written,
                                                         const OpenSecret& open_secret) {
        TRY_VOID(check_members(written, {"scheme", "hash", "header", "encoding", "prefix", "over",
                                         "secrets", "timestamp_header", "tolerance_seconds"}));
        auto it = std::make_unique<HmacSignature>();
        const std::string hash = text_or(written, "hash", "sha256");
        if (hash != "sha256" && hash != "sha512")
            return wrong("hash", "give sha256 or sha512");
        it->long_hash_ = hash == "sha512";
        TRY(it->header_, needed_text(written, "header"));
        TRY(it->encoding_, read_encoding(written));
        it->prefix_ = text_or(written, "prefix", "");
        TRY(it->over_, SignedText::parse(text_or(written, "over", "{body}")));
        it->timestamp_header_ = text_or(written, "timestamp_header", "");
        if (!it->timestamp_header_.empty() && !it->over_.names(it->timestamp_header_))
            return wrong("over", "the timestamp's header must be among what is signed");
        if (const auto tolerance = written.member("tolerance_seconds")) {
            const auto seconds = tolerance->integer();
            if (!seconds || *seconds < 1 || *seconds > tolerance_seconds_max)
                return wrong("tolerance_seconds", "give 1 to 86400");
            it->tolerance_ = *seconds;
        }
        TRY(it->secrets_, open_secrets(written, open_secret));
        if (!it->long_hash_) {
            for (const Secret& secret : it->secrets_)
                it->macs_.push_back(std::make_unique<const crypto::Hmac>(secret.bytes()));
            it->secrets_.clear();
        }
        return it;
    }

    Result<> check(const HeaderLookup& headers, std::string_view body, Instant now) const override {
        TRY(std::string_view value, needed_header(headers, header_));
        TRY(const std::vector<Bytes> signatures, signatures_in(value));
        TRY(const std::string text, over_.of(headers, body));
        if (!holds(signatures, text))
            return fail(Code::signature_invalid, "no secret of this connector made this signature");
        if (timestamp_header_.empty())
            return {};
        TRY(const std::string_view timestamp, needed_header(headers, timestamp_header_));
        TRY(const std::int64_t seconds, unix_seconds(timestamp));
        return check_age(seconds, tolerance_, now);
    }

  private:
    // While a provider changes its secret it may sign with both: "sha256=…,sha256=…". Parts of such a
    // list that do not begin with the prefix are another scheme's.
    Result<std::vector<Bytes>> signatures_in(std::string_view value) const {
        std::vector<Bytes> signatures;
        Result<> trouble =
            fail(Code::signature_malformed, "the signature does not begin as it should");
        for (std::size_t parts = 0; parts < signatures_max && !value.empty(); ++parts) {
            const std::size_t comma = value.find(',');
            std::string_view part = without_spaces(value.substr(0, comma));
            value = comma == value.npos ? "" : value.substr(comma + 1);
            if (!part.starts_with(prefix_))
                continue;
            part.remove_prefix(prefix_.size());
            if (auto signature = decode(part, encoding_))
                signatures.push_back(*std::move(signature));
            else
                trouble = std::unexpected(signature.error());
        }
        if (signatures.empty())
            return std::unexpected(trouble.error());
        return signatures;
    }

    bool holds(std::span<const Bytes> signatures, std::string_view text) const {
        bool any = false;
        for (const auto& mac : macs_)
            any |= is_one_of(signatures, mac->of(text));
        for (const Secret& secret : secrets_)
            any |= is_one_of(signatures, crypto::hmac_sha512(secret.bytes(), text));
        return any;
    }

    bool long_hash_ = false;
    Encoding encoding_ = Encoding::hex;
    std::string header_, prefix_, timestamp_header_;
    SignedText over_;
    std::int64_t tolerance_ = tolerance_seconds_default;
    std::vector<Secret> secrets_;                           // for SHA-512
    std::vector<std::unique_ptr<const crypto::Hmac>> macs_; // for SHA-256
};

class StandardWebhooksSignature final : public Signature {
  public:
    static Result<std::unique_ptr<const Signature>> open(Json written,
                                                         const OpenSecret& open_secret) {
        TRY_VOID(check_members(written, {"scheme", "secrets"}));
        auto it = std::make_unique<StandardWebhooksSignature>();
        TRY(const std::vector<Secret> texts, open_secrets(written, open_secret, check_key));
        for (const Secret& text : texts) {
            TRY(Secret key, crypto::parse_webhook_secret(text.reveal())); // to take it apart
            it->keys_.push_back(std::move(key));
        }
        return it;
    }

    Result<> check(const HeaderLookup& headers, std::string_view body, Instant now) const override {
        TRY(const std::string_view id, needed_header(headers, "webhook-id"));
        TRY(const std::string_view timestamp, needed_header(headers, "webhook-timestamp"));
        TRY(const std::string_view signature, needed_header(headers, "webhook-signature"));
        TRY(const std::int64_t seconds, unix_seconds(timestamp));
        bool holds = false;
        for (const Secret& key : keys_)
            holds |= crypto::webhook_signature_holds(key, id, seconds, body, signature);
        if (!holds)
            return fail(Code::signature_invalid, "no secret of this connector made this signature");
        return check_age(seconds, tolerance_seconds_default, now);
    }

  private:
    static Result<> check_key(std::string_view text) {
        TRY_VOID(check_length(text));
        TRY_VOID(crypto::parse_webhook_secret(text));
        return {};
    }

    std::vector<Secret> keys_;
};

class RsaSignature final : public Signature {
  public:
    static Result<std::unique_ptr<const Signature>> open(Json written) {
        TRY_VOID(check_members(written, {"scheme", "header", "encoding", "keys"}));
        auto it = std::make_unique<RsaSignature>();
        TRY(it->header_, needed_text(written, "header"));
        TRY(it->encoding_, read_encoding(written));
        TRY(const auto pems, list_of(written, "keys"));
        for (const std::string_view pem : pems) {
            TRY(auto key, crypto::Verifier::from_pem(pem));
            it->keys_.push_back(std::move(key));
        }
        return it;
    }

    Result<> check(const HeaderLookup& headers, std::string_view body, Instant) const override {
        TRY(const std::string_view value, needed_header(headers, header_));
        TRY(const Bytes signature, decode(value, encoding_));
        for (const auto& key : keys_)
            if (key->verify(body, signature))
                return {};
        return fail(Code::signature_invalid, "no key of this connector made this signature");
    }

  private:
    std::string header_;
    Encoding encoding_ = Encoding::base64;
    std::vector<std::shared_ptr<const crypto::Verifier>> keys_;
};

class BasicCredentials final : public Signature {
  public:
    static Result<std::unique_ptr<const Signature>> open(Json written,
                                                         const OpenSecret& open_secret) {
        TRY_VOID(check_members(written, {"scheme", "username", "secrets"}));
        auto it = std::make_unique<BasicCredentials>();
        TRY(const std::string username, needed_text(written, "username"));
        TRY(const std::vector<Secret> passwords, open_secrets(written, open_secret));
        auto auth = BasicAuth::make(username, passwords);
        if (!auth)
            return wrong("username", auth.error().detail);
        it->auth_ = *std::move(auth);
        return it;
    }

    Result<> check(const HeaderLookup& headers, std::string_view, Instant) const override {
        return auth_.check(headers);
    }

  private:
    BasicAuth auth_;
};

} // namespace

Result<std::unique_ptr<const Signature>> open_signature(Json written,
                                                        const OpenSecret& open_secret) {
    if (!written.is_object())
        return wrong("signature", "give an object");
    const std::string scheme = text_or(written, "scheme", "");
    if (scheme == "hmac")
        return HmacSignature::open(written, open_secret);
    if (scheme == "standard_webhooks")
        return StandardWebhooksSignature::open(written, open_secret);
    if (scheme == "rsa_sha256")
        return RsaSignature::open(written);
    if (scheme == "basic")
        return BasicCredentials::open(written, open_secret);
    return wrong("scheme", "give hmac, standard_webhooks, rsa_sha256 or basic");
}

} // namespace settled::connectors::mapped
