#include "net/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <climits>

namespace settled::net {

namespace {

namespace asio = boost::asio;

// Errors as values. Deferred: the awaiting coroutine runs the operation itself; use_awaitable would
// make a coroutine frame for each read.
constexpr auto quietly = asio::as_tuple(asio::deferred);

constexpr std::size_t raw_bytes_first = 4096;
constexpr std::size_t raw_bytes_max = 16 * 1024 + 512; // one full TLS record

std::string_view waiting_output(SSL* tls) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(tls), &data);
    return {data, size > 0 ? static_cast<std::size_t>(size) : 0};
}

int clamp(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

} // namespace

Stream::Stream(Socket socket) : socket_(std::move(socket)) {
    SystemError ignored;
    socket_.non_blocking(true, ignored);
    const int family = socket_.local_endpoint(ignored).protocol().family();
    if (family == AF_INET || family == AF_INET6) {
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
}

std::size_t Stream::send_now(std::string_view bytes, SystemError& error) {
    std::size_t done = 0;
    error = {};
    while (done < bytes.size()) {
        const std::size_t size =
            socket_.write_some(asio::buffer(bytes.data() + done, bytes.size() - done), error);
        if (error) {
            break;
        }
        done += size;
    }
    sent_ += done;
    return done;
}

Task<SystemError> Stream::send_all(std::string_view bytes) {
    SystemError error;
    bytes.remove_prefix(send_now(bytes, error));
    while (error == asio::error::would_block) {
        const auto [failed, size] =
            co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()), quietly);
        sent_ += size;
        bytes.remove_prefix(size);
        error = failed;
        if (!failed && !bytes.empty()) {
            bytes.remove_prefix(send_now(bytes, error));
        }
    }
    co_return error;
}

Task<SystemError> Stream::flush() {
    const std::string_view bytes = waiting_output(tls_.get());
    if (bytes.empty()) {
        co_return SystemError();
    }
    const SystemError error = co_await send_all(bytes);
    BIO_reset(SSL_get_wbio(tls_.get()));
    co_return error;
}

void Stream::flush_now() {
    SystemError ignored;
    send_now(waiting_output(tls_.get()), ignored);
    BIO_reset(SSL_get_wbio(tls_.get()));
}

Task<SystemError> Stream::receive() {
    if (raw_.empty()) {
        raw_.resize(raw_bytes_first);
    }
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(raw_), quietly);
    if (error) {
        co_return error;
    }
    BIO_write(SSL_get_rbio(tls_.get()), raw_.data(), clamp(size));
    // A peer that fills the buffer sends much; one that does not keeps it small.
    if (size == raw_.size() && raw_.size() < raw_bytes_max) {
        raw_.resize(raw_bytes_max);
    }
    co_return SystemError();
}

Task<std::string> Stream::handshake() {
    while (true) {
        ERR_clear_error();
        const int done = SSL_do_handshake(tls_.get());
        const int why = SSL_get_error(tls_.get(), done);
        // Alerts go out even when the handshake has failed, so that the peer can say why.
        const SystemError unsent = co_await flush();
        if (done == 1) {
            co_return unsent ? unsent.message() : std::string();
        }
        if (why != SSL_ERROR_WANT_READ) {
            const long verdict = SSL_get_verify_result(tls_.get());
            co_return verdict == X509_V_OK ? take_tls_error()
                                           : X509_verify_cert_error_string(verdict);
        }
        if (unsent) {
            co_return unsent.message();
        }
        const SystemError error = co_await receive();
        if (error) {
            co_return error.message();
        }
    }
}

Task<Stream::Read> Stream::read_some(std::span<char> into) {
    if (!tls_) {
        const auto [error, size] =
            co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), quietly);
        co_return Read{error, size};
    }
    while (true) {
        ERR_clear_error();
        const int size = SSL_read(tls_.get(), into.data(), clamp(into.size()));
        if (size > 0) {
            co_return Read{{}, static_cast<std::size_t>(size)};
        }
        const int why = SSL_get_error(tls_.get(), size);
        if (why == SSL_ERROR_ZERO_RETURN) {
            co_return Read{asio::error::eof, 0};
        }
        const SystemError unsent = co_await flush(); // key updates, alerts
        if (why != SSL_ERROR_WANT_READ || unsent) {
            co_return Read{unsent ? unsent : asio::error::connection_aborted, 0};
        }
        const SystemError error = co_await receive();
        if (error) {
            // An end without close_notify may be an attacker's cut: it is no end of stream.
            const bool cut = error == asio::error::eof;
            co_return Read{cut ? SystemError(asio::error::connection_reset) : error, 0};
        }
    }
}

bool Stream::encrypt(std::string_view bytes) {
    while (!bytes.empty()) {
        ERR_clear_error();
        const int size = SSL_write(tls_.get(), bytes.data(), clamp(bytes.size()));
        if (size <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

SystemError Stream::begin_write(std::string_view bytes) {
    if (tls_) {
        if (!encrypt(bytes)) {
            return asio::error::connection_aborted;
        }
        bytes = waiting_output(tls_.get());
    }
    SystemError error;
    rest_ = bytes.substr(send_now(bytes, error));
    if (error == asio::error::would_block) {
        return {};
    }
    end_write();
    return error;
}

void Stream::end_write() {
    rest_ = {};
    if (tls_) {
        BIO_reset(SSL_get_wbio(tls_.get()));
    }
}

Task<SystemError> Stream::finish_write() {
    const SystemError error = co_await send_all(rest_);
    end_write();
    co_return error;
}

Task<SystemError> Stream::write(std::string_view bytes) {
    SystemError error = begin_write(bytes);
    if (is_write_pending()) {
        error = co_await finish_write();
    }
    co_return error;
}

void Stream::write_now(std::string_view bytes) {
    if (!tls_) {
        SystemError ignored;
        send_now(bytes, ignored);
        return;
    }
    ERR_clear_error();
    if (SSL_is_init_finished(tls_.get()) != 0) {
        SSL_write(tls_.get(), bytes.data(), clamp(bytes.size()));
        flush_now();
    }
}

bool Stream::is_quiet() {
    char byte = 0;
    const auto size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
           (!tls_ || SSL_has_pending(tls_.get()) == 0);
}

void Stream::cancel() {
    SystemError ignored;
    socket_.cancel(ignored);
}

void Stream::cut() {
    SystemError ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

void Stream::reset() {
    // What closes without lingering resets (SO_LINGER of zero, socket(7)).
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close();
}

void Stream::finish_sending() {
    if (tls_ && SSL_is_init_finished(tls_.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(tls_.get());
        flush_now();
    }
    SystemError ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

Task<> Stream::drop_input(std::size_t bytes_max) {
    std::array<char, 4096> sink; // what lands here is never looked at
    for (std::size_t dropped = 0; dropped < bytes_max;) {
        const auto [error, size] = co_await socket_.async_read_some(asio::buffer(sink), quietly);
        if (error) {
            break;
        }
        dropped += size;
    }
}

void Stream::close() {
    SystemError ignored;
    socket_.close(ignored);
}

} // namespace settled::net
