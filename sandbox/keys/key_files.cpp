#include "sandbox/keys/key_files.h"

#include "base/bytes.h"
#include "base/rng.h"
#include "sandbox/keys/certificate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace settled::sandbox {

namespace {

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::nullopt;
    std::stringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

Result<> write_private_file(const std::string& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                            S_IRUSR | S_IWUSR);
    if (file < 0)
        return fail(Code::io_failed, "cannot create " + path);
    // A file that was there keeps its mode: close it to others before anything is in it.
    bool written = ::fchmod(file, S_IRUSR | S_IWUSR) == 0;
    while (written && !text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR)
            continue;
        written = count > 0;
        if (written)
            text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::close(file) != 0 || !written)
        return fail(Code::io_failed, "cannot write " + path);
    return {};
}

// The private key in `private_path`, made if it is not there, with its public half in
// `public_path`.
Result<std::shared_ptr<crypto::Signer>> key_pair(const std::string& private_path,
                                                 const std::string& public_path) {
    std::optional<std::string> pem = read_file(private_path);
    if (!pem) {
        pem = crypto::generate_rsa_key_pem();
        TRY_VOID(write_private_file(private_path, *pem));
    }
    TRY(std::shared_ptr<crypto::Signer> signer, crypto::software_signer(*pem));
    TRY_VOID(write_private_file(public_path, signer->public_key_pem()));
    return signer;
}

Result<Secret> token_in(const std::string& path) {
    if (std::optional<std::string> token = read_file(path))
        return Secret(*std::move(token));
    std::array<std::uint8_t, 32> bytes{};
    SystemRng().fill(bytes);
    Secret token(to_hex(bytes));
    // Into the file from which the server reads it.
    TRY_VOID(write_private_file(path, token.reveal()));
    return token;
}

Result<> partner_certificate(const KeyFiles& files) {
    if (read_file(files.partner_authority) && read_file(files.partner_certificate) &&
        read_file(files.partner_private_key))
        return {};
    TRY(const ServerCertificate made, make_server_certificate());
    TRY_VOID(write_private_file(files.partner_authority, made.authority_pem));
    TRY_VOID(write_private_file(files.partner_certificate, made.certificate_pem));
    TRY_VOID(write_private_file(files.partner_private_key, made.private_key_pem));
    return {};
}

} // namespace

Result<Keys> prepare_keys(const std::string& directory) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed || ::chmod(directory.c_str(), S_IRWXU) != 0)
        return fail(Code::io_failed, "cannot use the directory " + directory);

    const std::string in = directory + "/";
    Keys keys;
    keys.files = {in + "bank-private.pem",        in + "bank-public.pem",
                  in + "institution-private.pem", in + "institution-public.pem",
                  in + "bank-api-token",          in + "partner-authority.pem",
                  in + "partner-certificate.pem", in + "partner-private.pem",
                  in + "platform-password",       in + "platform-client-secret",
                  in + "core-bank-api-key",       in + "core-bank-webhook-secret"};
    const KeyFiles& files = keys.files;
    TRY(keys.bank, key_pair(files.bank_private_key, files.bank_public_key));
    TRY(const std::shared_ptr<crypto::Signer> institution,
        key_pair(files.institution_private_key, files.institution_public_key));
    TRY(keys.institution, crypto::Verifier::from_pem(institution->public_key_pem()));
    TRY(keys.api_token, token_in(files.api_token));
    TRY(keys.platform_password, token_in(files.platform_password));
    TRY(keys.platform_client_secret, token_in(files.platform_client_secret));
    TRY(keys.core_bank_key, token_in(files.core_bank_key));
    TRY(keys.core_bank_webhook, token_in(files.core_bank_webhook));
    TRY_VOID(partner_certificate(files));
    return keys;
}

} // namespace settled::sandbox
