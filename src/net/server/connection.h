// One connection of the server: its requests, one after the other, until either side ends it.
// Internal to net/.
//
// Phases and their deadlines: handshake (tls_handshake_max), idle (idle_wait; header_wait before
// the first request), header (header_wait from the first byte), body (body_wait from the end of the
// header), waiting (for room, bounds::room_wait_max), handling (answer_wait), writing
// (reply_wait_max), streaming (bounds::part_wait_max for each part), parting (1 s to let the peer read our last words).
//
// Memory: before a body is read, room is taken for all that the request may cost; it is given back
// when the handler is done. A large answer takes room until it is sent.
// A file (Handler::file_bytes_max) takes a place of the handler's instead, and has longer for its body and
// its answer (bounds.h).
//
// A connection beyond the limit (its place is a spare one) gets an answer to a health check or an
// error that there are too many connections, and ends.
#pragma once

#include "net/deadline.h"
#include "net/read_buffer.h"
#include "net/server/head_scan.h"
#include "net/server/proxy_header.h"
#include "net/server/request_parser.h"
#include "net/server/server_state.h"
#include "net/stream.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace settled::net {

class Connection final : public Watched {
  public:
    Connection(std::shared_ptr<ServerState> state, Socket socket, Peer peer, ConnectionPlace place);
    ~Connection() override;

    // Serves until the connection ends.
    Task<> serve();

    void expired() override;
    // The server drains: a connection between two requests ends now.
    void end_if_idle();
    void cut();

  private:
    // Bytes of the buffer that is read into.
    static constexpr std::size_t buffer_bytes_first = 4096;
    static constexpr std::size_t buffer_bytes_kept = 16 * 1024;
    static constexpr std::size_t buffer_bytes_max = 64 * 1024;
    static constexpr std::size_t read_bytes_min = 1024;
    static_assert(buffer_bytes_max > limits::header_bytes_max + read_bytes_min);

    enum class Phase : std::uint8_t {
        handshake,
        idle,
        header,
        waiting,
        body,
        handling,
        writing,
        streaming,
        parting
    };
    enum class Step : std::uint8_t { done, refused, gone };

    void enter(Phase phase, std::chrono::milliseconds wait);
    // False: the connection ends before its first request.
    Task<bool> open();
    // False: a proxy's header is wanted, and there is none that may be believed.
    Task<bool> take_proxy_header();
    void believe(const ProxyHeader& header);
    Task<Step> read_request();
    Task<Step> read_head(std::size_t& head_size);
    Step judge_head(std::string_view head);
    Task<Step> read_body();
    // A place for the file that is announced.
    Task<Step> admit_file();
    // Room for a body of so many bytes; true if it is there now.
    bool take_room(std::size_t body_bytes);
    Task<Step> wait_for_room(std::size_t body_bytes);
    // Room for an answer; one that can be asked for again may become a refusal.
    void take_room(Response& response);
    // What a read means: `gone` when the peer or the deadline ended the connection, `refused` when
    // a late or half-sent request asks for an answer.
    Step after_read(const Stream::Read& read);
    Step refuse_with(Error error);
    // Runs the handler and sends its answer; true if the connection goes on.
    Task<bool> answer();
    // The rest of an answer that comes in parts; true if all of it was sent.
    Task<bool> send_parts(std::shared_ptr<BodySource> source, bool chunked);
    Task<> send_refusal();
    Response refusal(const Error& error);
    void tell_answered(const Request& request, const Response& response, Clock::Steady since);
    Task<> part();

    std::shared_ptr<ServerState> state_;
    Stream stream_;
    Peer peer_;
    ConnectionPlace place_;
    Phase phase_ = Phase::idle;
    bool late_ = false; // the deadline of this phase has passed
    bool cut_ = false;
    std::size_t served_ = 0;
    ReadBuffer buffer_;
    std::string out_;
    Room room_;
    std::size_t body_room_ = 0;      // bytes of the body that room_ is enough for
    std::size_t file_bytes_max_ = 0; // of the request being read; 0: it brings no file
    Handler::FilePlace file_place_;
    // The request being read.
    std::string account_; // whose share of the memory it counts for
    std::optional<RequestParser> parser_;
    Request request_;
    bool keeps_alive_ = false;
    Clock::Steady since_;
    Error error_{};
};

} // namespace settled::net
