// One connected socket, with or without TLS: bytes in, bytes out.
//
// Asio's own TLS stream copies through four buffers and cannot write without suspending. Here
// OpenSSL works on memory and the socket below is read and written by the same few calls as a plain
// one: a write is one send(2) that nearly always finishes at once, and suspends only when the peer
// is slow.
//
// A stream has no deadlines of its own; its owner calls cancel() or cut().
// Threads: one io_context.
#pragma once

#include "base/task.h"
#include "net/tls.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                boost::asio::io_context::executor_type>;
using SystemError = boost::system::error_code;

class Stream {
  public:
    struct Read {
        SystemError error; // eof at the peer's end of stream
        std::size_t size = 0;
    };

    // `socket` is connected; it is made non-blocking and, if TCP, without delay.
    explicit Stream(Socket socket);

    // From here on the bytes are TLS; handshake() must follow.
    void secure(TlsSession session) { tls_ = std::move(session); }
    bool is_secure() const { return tls_ != nullptr; }
    // Empty on success, else what went wrong, for people.
    Task<std::string> handshake();

    Task<Read> read_some(std::span<char> into);
    // All of `bytes`. sent() grows by what the kernel took.
    Task<SystemError> write(std::string_view bytes);
    // The same in two steps, for the hot path: begin_write nearly always ends it without a
    // coroutine. When is_write_pending() then, `bytes` must stay until finish_write() has returned.
    SystemError begin_write(std::string_view bytes);
    bool is_write_pending() const { return !rest_.empty(); }
    Task<SystemError> finish_write();
    // As much as goes without waiting: for the last words on a connection that is given up.
    void write_now(std::string_view bytes);
    std::size_t sent() const { return sent_; }

    // True if the peer neither closed nor said anything: a pooled connection must be silent.
    bool is_quiet();
    // A pending read or write ends with operation_aborted.
    void cancel();
    // Ends both directions at once; a pending read or write ends.
    void cut();
    // The same with a TCP reset; nothing may be pending.
    void reset();
    // We say no more (TLS close_notify, FIN); the peer may still.
    void finish_sending();
    // Reads and drops what the peer still sends, up to `bytes_max`, so that closing does not turn
    // into a reset that destroys our last answer on its way.
    Task<> drop_input(std::size_t bytes_max);
    void close();

  private:
    Task<SystemError> flush();
    Task<SystemError> send_all(std::string_view bytes);
    std::size_t send_now(std::string_view bytes, SystemError& error);
    Task<SystemError> receive();
    void flush_now();
    bool encrypt(std::string_view bytes);
    void end_write();

    Socket socket_;
    TlsSession tls_;
    std::vector<char> raw_; // TLS records on their way in
    std::size_t sent_ = 0;
    std::string_view rest_; // of a begun write
};

} // namespace settled::net
