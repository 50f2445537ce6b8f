#include "custody/file/file_scheme.h"

#include "custody/file/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <cerrno>

namespace settled::custody {

namespace {

std::string path_in(std::string_view uri) {
    return std::string(uri.substr(std::string_view("file:").size()));
}

Result<> write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(Code::io_failed, ::strerrordesc_np(errno));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0)
        return fail(Code::io_failed, ::strerrordesc_np(errno));
    return {};
}

Result<> write_new(const std::string& path, const Secret& content) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return fail(Code::state_conflict,
                    fmt::format("{} is there already; nothing is overwritten", path));
    if (fd < 0)
        return fail(Code::io_failed, fmt::format("{}: {}", path, ::strerrordesc_np(errno)));
    const auto written = write_all(fd, content.reveal()); // the key's owner wants it there
    ::close(fd);
    if (written)
        return {};
    ::unlink(path.c_str());
    return fail(written.error().code, fmt::format("{}: {}", path, written.error().detail));
}

} // namespace

Result<Secret> FileScheme::read(std::string_view uri) const {
    return read_key_file(path_in(uri), uri, FileIs::secret);
}

Result<std::string> FileScheme::generate(std::string_view uri, unsigned bits) const {
    return import_key(uri, Secret(crypto::generate_rsa_key_pem(bits)));
}

Result<std::string> FileScheme::import_key(std::string_view uri, const Secret& pem) const {
    TRY(const auto signer, crypto::software_signer(pem.reveal()));
    TRY_VOID(write_new(path_in(uri), pem));
    return signer->public_key_pem();
}

} // namespace settled::custody
