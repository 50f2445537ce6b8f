// `settled signing-keys`: key pairs that sign for us. (`settled keys` are API keys.)
#include "cli/client/control_client.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "crypto/certificate_request.h"
#include "custody/custody.h"
#include "custody/file/secret_file.h"
#include "custody/schemes.h"
#include "server/gateway.h"
#include "server/server.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

constexpr std::chrono::seconds retry_wait{30};
constexpr std::size_t day_length = 10; // of "2027-03-31T10:15:00.000Z"

std::string listed(const wire::Json& answer) {
    const auto keys = answer.member("data");
    if (!keys || keys->size() == 0)
        return "no key is in use; `settled connectors add` adds a connector\n";
    std::vector<TableLine> lines{
        {"CONNECTOR", "USE", "CUSTODY", "URI", "FINGERPRINT", "ENDS", "LAST USED", "STATE"}};
    for (std::size_t i = 0; i < keys->size(); ++i) {
        const wire::Json key = keys->at(i);
        const std::string available = text_at(key, "available");
        const std::string reason = safe(text_at(key, "reason"));
        std::string state = available == "true" ? "open" : "";
        if (available == "false")
            state = reason.empty() ? "unavailable" : "unavailable: " + reason;
        if (const std::string stale = text_at(key, "stale_seconds"); !stale.empty())
            state = fmt::format("as it was {} s ago", stale);
        lines.push_back({or_dash(text_at(key, "connector")), text_at(key, "use"),
                         or_dash(text_at(key, "custody")), or_dash(safe(text_at(key, "uri"))),
                         or_dash(text_at(key, "fingerprint")),
                         or_dash(text_at(key, "expires_at").substr(0, day_length)),
                         or_dash(to_minute(text_at(key, "last_used_at"))),
                         or_dash(std::move(state))});
    }
    return table(lines);
}

// What is made is shown by its public half; the private one goes nowhere else.
int show_made(const Invocation& in, const Result<std::string>& made) {
    if (!made)
        return in.out().problem(made.error());
    const auto half = crypto::Verifier::from_pem(*made);
    const std::string fingerprint = half ? (*half)->fingerprint() : "";
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().member("uri", in.text("URI")).member("fingerprint", fingerprint);
        w.member("public_key", *made).end();
        in.out().json(std::move(w).text());
    } else {
        in.out().text(fmt::format("{}fingerprint {}\n", *made, fingerprint));
    }
    return exit_done;
}

int run_generate(Invocation& in) {
    if (!in.config())
        return exit_usage;
    const std::string uri = in.text("URI");
    const auto scheme = custody::scheme_of(uri);
    if (!scheme)
        return in.out().problem(scheme.error());
    return show_made(in, (*scheme)->generate(uri, in.number("--bits", 2048U)));
}

Result<std::string> import_file(const std::string& file, const std::string& uri) {
    TRY(const auto scheme, custody::scheme_of(uri));
    TRY(const Secret pem, custody::read_key_file(file, file, custody::FileIs::secret));
    return scheme->import_key(uri, pem);
}

int run_import(Invocation& in) {
    if (!in.config())
        return exit_usage;
    return show_made(in, import_file(in.text("FILE"), in.text("URI")));
}

int run_csr(Invocation& in) {
    if (!in.config())
        return exit_usage;
    const auto signer = custody::open_signer(in.text("URI"));
    if (!signer)
        return in.out().problem(signer.error());
    const auto request = crypto::certificate_request(**signer, in.text("--subject"));
    if (!request)
        return in.out().problem(request.error());
    in.out().text(*request);
    return exit_done;
}

int run_list(Invocation& in) {
    return show(in, {.method = "GET", .target = "/v1/signing-keys", .body = ""}, listed);
}

int run_retry(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const ApiCall call{
        .method = "POST", .target = std::string(server::retry_pins_path), .body = ""};
    const auto answer =
        call_over_control_socket(server::control_socket_path(*config), call, retry_wait);
    if (!answer)
        return in.out().problem(answer.error());
    if (answer->status < 200 || answer->status >= 300)
        return in.out().problem(*answer);
    if (in.out().is_json())
        in.out().json(answer->body);
    else
        in.out().sentence("PINs that tokens refused are tried again, once");
    return exit_done;
}

Option bits_option() {
    return {.name = "--bits",
            .value = "BITS",
            .help = "of the modulus (default 2048)",
            .choices = {"2048", "3072", "4096"},
            .is_number = true};
}

} // namespace

std::vector<Command> signing_keys_commands() {
    const Argument uri{.name = "URI",
                       .help = "where it is, such as file:/etc/settled/signing.pem or "
                               "\"pkcs11:token=settled;object=signing?pin-source=/run/hsm.pin\""};
    return {
        {.name = "signing-keys",
         .sentence = "make, request certificates for, and list the key pairs that sign for us"},
        {.name = "signing-keys generate",
         .sentence = "make a key pair in a file or a token, and show its public half",
         .place = Place::machine,
         .output = Output::both,
         .arguments = {uri},
         .options = {bits_option()},
         .notes = "A file is made for the user alone; in a token the key is sensitive and never "
                  "leaves it. Nothing is overwritten.",
         .takes_store = false,
         .run = run_generate},
        {.name = "signing-keys csr",
         .sentence = "print a certificate signing request (PKCS#10, PEM) of a key",
         .place = Place::machine,
         .output = Output::plain,
         .arguments = {uri},
         .options = {{.name = "--subject",
                      .value = "NAME",
                      .help = "whose key it is, such as \"CN=settled,O=A Shop Ltd,C=GB\"",
                      .required = true}},
         .takes_store = false,
         .run = run_csr},
        {.name = "signing-keys import",
         .sentence = "put a private key from a file into a token or another file",
         .place = Place::machine,
         .output = Output::both,
         .arguments = {{.name = "FILE", .help = "PKCS#8 PEM, closed to others", .is_file = true},
                       uri},
         .notes = "The file stays where it is.",
         .takes_store = false,
         .run = run_import},
        {.name = "signing-keys list",
         .sentence =
             "list the keys and secrets in use, of connectors and of the settings, and where "
             "they are kept",
         .place = Place::server,
         .output = Output::both,
         .options = {tenant_option("whose (default main)")},
         .run = run_list},
        {.name = "signing-keys retry",
         .sentence = "let tokens be given PINs again that they refused",
         .place = Place::machine,
         .output = Output::both,
         .notes = "Of the server on this machine. A wrong PIN is not tried twice by itself, since "
                  "tokens lock.",
         .takes_store = false,
         .run = run_retry},
    };
}

} // namespace settled::cli
