#include "api/console/sign_in.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/console/operators.h"
#include "api/handlers/views.h"
#include "api/key_text.h"
#include "api/operator.h"
#include "payloads/reader.h"
#include "store/queries/changes.h"
#include "store/queries/directory.h"
#include "store/queries/portal_links.h"
#include "store/queries/sessions.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::SessionRow;
using store::Step;

constexpr std::size_t user_bytes_max = 64;

std::unexpected<Error> refused(std::string detail = "the credentials are wrong, used or expired") {
    Error error{Code::sign_in_refused, std::move(detail)};
    error.challenge = "Bearer realm=\"settled\"";
    return std::unexpected(std::move(error));
}

net::Response answer(int status, std::string body) {
    net::Response response;
    response.status = status;
    response.body = std::move(body);
    response.fields.add("Cache-Control", "no-store");
    return response;
}

std::string cookie_text(std::string_view value, std::chrono::seconds kept) {
    return fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict",
                       session_cookie, value, kept.count());
}

std::string shown(const LiveSession& session, std::string_view tenant) {
    wire::JsonWriter w;
    w.object().member("actor", session.caller.name).member("tenant", tenant);
    write_words(w, "scopes", session.caller.scopes.text());
    write_time(w, "expires_at", session.expires_at);
    w.member("csrf_token", session.csrf_token)
        .member("endpoint_id", session.portal.transform([](const PortalRights& rights) {
            return to_string(rights.endpoint);
        }));
    w.end();
    return std::move(w).text();
}

bool is_loopback(std::string_view peer) {
    return peer.starts_with("127.") || peer == "::1";
}

// An operator whose password and code are right.
struct Proven {
    store::OperatorRow row;
    std::int64_t step = 0; // of the code
};

} // namespace

struct Opening {
    std::optional<crypto::Digest> key;  // of an API key
    std::optional<crypto::Digest> link; // of a sign-in link, or of a partner's
    std::optional<Proven> proven;
    std::optional<ReplacedSession> replaced;
    SessionRow row; // without tenant, kind, owner and actor
    store::ChangeRow change;
};

namespace {

struct Opened {
    SessionRow row;
    std::string scopes;
    std::string tenant;
    std::optional<PortalRights> portal = std::nullopt;
};

// Whose session it becomes; false: the credentials are worth nothing.
Step<bool> take_key(Session& s, const Opening& opening, Opened& opened) {
    const auto key = co_await store::find_api_key_by_hash(s, *opening.key);
    if (!key)
        co_return false;
    const auto scopes =
        co_await store::scopes_of_live_key(s, key->tenant, key->id, opening.row.created_at);
    if (!scopes)
        co_return false;
    opened.row.tenant = key->tenant;
    opened.row.kind = store::session_of_key;
    opened.row.owner = key->id.value;
    opened.row.actor = to_string(key->id);
    opened.scopes = *scopes;
    co_return true;
}

// A partner's link works until it is revoked or expires.
Step<bool> take_portal_link(Session& s, const Opening& opening, Opened& opened) {
    const auto link = co_await store::find_portal_link_by_hash(s, *opening.link);
    if (!link || !link->is_live(opening.row.created_at))
        co_return false;
    opened.row.tenant = link->tenant;
    opened.row.kind = store::session_of_portal;
    opened.row.owner = link->id.value;
    opened.row.actor = "portal:" + to_string(link->id);
    opened.portal = PortalRights::parse(link->endpoint, link->can);
    opened.scopes = opened.portal->scopes();
    co_return true;
}

Step<bool> take_link(Session& s, const Opening& opening, Opened& opened) {
    const auto link = co_await store::find_sign_in_link(s, *opening.link);
    if (!link)
        co_return co_await take_portal_link(s, opening, opened);
    const bool is_first = co_await store::use_sign_in_link(s, link->tenant, link->id);
    if (!is_first || link->expires_at <= opening.row.created_at)
        co_return false;
    opened.row.tenant = link->tenant;
    opened.row.kind = store::session_of_link;
    opened.row.actor = link->actor;
    opened.scopes = "*";
    co_return true;
}

// A code counts once, on whatever node.
Step<bool> take_operator(Session& s, const Opening& opening, Opened& opened) {
    const store::OperatorRow& proven = opening.proven->row;
    const auto row = co_await store::find_operator(s, proven.tenant, proven.id);
    if (!row || row->password != proven.password || row->totp_secret != proven.totp_secret)
        co_return false;
    const bool is_first =
        co_await store::use_totp_step(s, row->tenant, row->id, opening.proven->step);
    if (!is_first)
        co_return false;
    opened.row.tenant = row->tenant;
    opened.row.kind = store::session_of_operator;
    opened.row.owner = row->id.value;
    opened.row.actor = to_string(row->id);
    opened.scopes = scopes_of_role(row->role);
    co_return true;
}

Step<bool> take(Session& s, const Opening& opening, Opened& opened) {
    if (opening.proven)
        co_return co_await take_operator(s, opening, opened);
    if (opening.key)
        co_return co_await take_key(s, opening, opened);
    co_return co_await take_link(s, opening, opened);
}

Step<Result<Opened>> open_session(Session& s, std::shared_ptr<const Opening> opening) {
    Opened opened{opening->row, {}, {}, {}};
    const bool good = co_await take(s, *opening, opened);
    if (!good)
        co_return refused();
    const TenantId tenant = opened.row.tenant;
    if (opening->replaced)
        (void)co_await store::end_session(s, opening->replaced->tenant, opening->replaced->id);
    co_await store::drop_old_sessions(s, tenant, opened.row.created_at - bounds::session_life_max);
    co_await store::insert_session(s, opened.row);
    store::ChangeRow change = opening->change;
    change.actor = opened.row.actor;
    co_await store::insert_change(s, tenant, change);
    const auto found = co_await store::find_tenant(s, tenant);
    opened.tenant = found ? found->name : "";
    co_return opened;
}

Step<bool> close_session(Session& s, TenantId tenant, SessionId id,
                         std::shared_ptr<const store::ChangeRow> change) {
    const bool ended = co_await store::end_session(s, tenant, id);
    if (ended)
        co_await store::insert_change(s, tenant, *change);
    co_return ended;
}

Step<std::string> name_of(Session& s, TenantId tenant) {
    const auto found = co_await store::find_tenant(s, tenant);
    co_return found ? found->name : "";
}

Step<bool> keep_link(Session& s, std::shared_ptr<const store::SignInLinkRow> link, Instant now) {
    co_await store::drop_old_sign_in_links(s, link->tenant, now);
    co_await store::insert_sign_in_link(s, *link);
    co_return true;
}

Bytes bytes_of(const crypto::Digest& digest) {
    return {digest.begin(), digest.end()};
}

bool is_user_name(std::string_view name) {
    return !name.empty() && name.size() <= user_bytes_max &&
           std::ranges::none_of(name, [](char c) { return c <= ' ' || c == '\x7f'; });
}

} // namespace

struct SignIn::Credentials {
    std::string api_key;
    std::string link;
    std::string username;
    Secret password;
    std::string code;
    bool replace = false;

    static Result<Credentials> read(const net::Request& request) {
        TRY(const auto document, json_body(request));
        payloads::Reader in(document.root());
        Credentials given;
        given.api_key = in.optional_text("api_key", limits::text_bytes_max);
        given.link = in.optional_text("link", limits::text_bytes_max);
        given.replace = in.optional_flag("replace");
        given.username = in.optional_text("username", username_bytes_max);
        given.password = Secret(in.optional_text("password", password_bytes_limit));
        given.code = in.optional_text("code", username_bytes_max);
        const int ways = (given.api_key.empty() ? 0 : 1) + (given.link.empty() ? 0 : 1) +
                         (given.username.empty() ? 0 : 1);
        const bool is_whole = given.username.empty() == given.password.empty() &&
                              given.username.empty() == given.code.empty();
        if (ways != 1 || !is_whole)
            in.refuse(Code::value_invalid, "",
                      "give api_key, or link, or username with password and code");
        TRY_VOID(in.finish());
        return given;
    }
};

bool is_sessions_path(std::string_view path) {
    return path == sessions_path || path == current_session_path;
}

std::string_view SignIn::methods_of(const net::Request& request) {
    if (request.path == current_session_path)
        return "GET, DELETE";
    const bool is_post = request.path == sessions_path ||
                         (request.trusted_peer && request.path == sign_in_links_path);
    return is_post ? "POST" : "";
}

Task<Result<net::Response>> SignIn::handle(const net::Request& request) {
    if (!request.query.empty() && request.path != sign_in_links_path)
        co_return fail(Code::parameter_invalid, "this address takes no query parameters");
    if (request.path == current_session_path)
        co_return co_await current(request, request.method == "DELETE");
    if (request.path == sign_in_links_path)
        co_return co_await make_link(request);
    co_return co_await open(request);
}

Result<> SignIn::check_connection(const net::Request& request) const {
    if (is_secure_ || request.trusted_peer || is_loopback(request.peer) ||
        request.fields.find("X-Forwarded-Proto") == "https")
        return {};
    return refused("signing in needs HTTPS, except on the machine itself");
}

// A session that this browser has already is replaced only where the person has said so: else a link
// could put a stranger's session in the place of one's own.
Task<Result<>> SignIn::check_other(const net::Request& request, bool replace,
                                   std::optional<ReplacedSession>& replaced) {
    CO_TRY(auto cookie, session_cookie_of(request));
    if (!cookie)
        co_return Result<>{};
    net::Request look = request; // asked as a GET: there is no token to know yet
    look.method = "GET";
    const auto other = co_await sessions_.find(look, *std::move(cookie));
    if (!other)
        co_return other.error().code == Code::credentials_invalid
            ? Result<>{}
            : Result<>(std::unexpected(other.error()));
    if (!replace)
        co_return fail(Code::session_exists, "say \"replace\": true to end that session");
    replaced = ReplacedSession{other->caller.tenant, other->id};
    co_return Result<>{};
}

Task<Result<net::Response>> SignIn::open(const net::Request& request) {
    CO_TRY_VOID(check_connection(request));
    if (!tries_.take(request.peer, core_.clock.steady()))
        co_return fail(Code::too_many_requests, "wait a minute before the next try");
    CO_TRY(const Credentials given, Credentials::read(request));
    auto opening = std::make_shared<Opening>();
    if (!given.api_key.empty() && !is_key_text(given.api_key))
        co_return refused();
    if (!given.api_key.empty())
        opening->key = core_.keys.hash_of(given.api_key);
    else if (!given.link.empty())
        opening->link = sessions_.hash_of(given.link);
    else
        CO_TRY_VOID(co_await check_password(request.peer, given, *opening));
    CO_TRY_VOID(co_await check_other(request, given.replace, opening->replaced));
    const std::string cookie = random_letters(core_.rng);
    const Instant now = core_.clock.now();
    opening->row.id = core_.context.ids.next<SessionId>();
    opening->row.hash = bytes_of(sessions_.hash_of(cookie));
    opening->row.created_at = opening->row.seen_at = now;
    opening->change = {core_.context.ids.next<ChangeId>(),
                       "",
                       "session.open",
                       to_string(opening->row.id),
                       "",
                       request.request_id,
                       now};
    const auto written = co_await core_.store.write<Result<Opened>>(
        [shared = std::shared_ptr<const Opening>(opening)](Session& s) {
            return open_session(s, shared);
        });
    if (!written)
        co_return std::unexpected(written.error());
    CO_TRY(const Opened opened, *written);
    const LiveSession session{
        opened.row.id,
        Caller{opened.row.tenant, *ScopeSet::parse(opened.scopes), opened.row.actor, true},
        now + bounds::session_life_max, sessions_.csrf_of(cookie), opened.portal};
    net::Response response = answer(201, shown(session, opened.tenant));
    response.fields.add("Set-Cookie", cookie_text(cookie, bounds::session_life_max));
    co_return response;
}

Task<Result<>> SignIn::check_password(std::string_view peer, const Credentials& given,
                                      Opening& opening) {
    // First of all: what is refused here is no try at the name.
    const std::shared_ptr<void> share = shares_.take(peer);
    if (!share)
        co_return fail(Code::too_many_requests,
                       "two passwords from your address are being checked; try again in a second");
    if (!tries_of_names_.take(given.username, core_.clock.steady()))
        co_return fail(Code::too_many_requests, "wait a minute before the next try");
    using Found = std::optional<store::OperatorRow>;
    const auto name = std::make_shared<const std::string>(given.username);
    auto found = co_await core_.store.read<Found>(
        [name](Session& s) { return store::find_operator_by_name(s, *name); });
    if (!found)
        co_return std::unexpected(found.error());
    using Proof = std::optional<std::int64_t>;
    const auto row = std::make_shared<const Found>(*std::move(found));
    const auto password = std::make_shared<const Secret>(given.password.copy());
    const std::int64_t now = core_.clock.now().us / 1'000'000;
    const auto step = co_await passwords_.run<Proof>(
        [row, password, code = given.code, now, &master = core_.master] {
            return Result<Proof>(check_operator(*row, master, *password, code, now));
        });
    if (!step)
        co_return std::unexpected(step.error());
    if (!*step)
        co_return refused();
    opening.proven = Proven{**row, **step};
    co_return Result<>{};
}

Task<Result<net::Response>> SignIn::current(const net::Request& request, bool ends) {
    CO_TRY(auto cookie, session_cookie_of(request));
    if (!cookie)
        co_return fail(Code::credentials_missing, "this browser is not signed in");
    CO_TRY(const LiveSession session, co_await sessions_.find(request, *std::move(cookie)));
    const TenantId tenant = session.caller.tenant;
    if (!ends) {
        const auto name = co_await core_.store.read<std::string>(
            [tenant](Session& s) { return name_of(s, tenant); });
        if (!name)
            co_return std::unexpected(name.error());
        co_return answer(200, shown(session, *name));
    }
    const auto change = std::make_shared<const store::ChangeRow>(
        core_.context.ids.next<ChangeId>(), session.caller.name, "session.end",
        to_string(session.id), "", request.request_id, core_.clock.now());
    const auto closed = co_await core_.store.write<bool>(
        [=, id = session.id](Session& s) { return close_session(s, tenant, id, change); });
    if (!closed)
        co_return std::unexpected(closed.error());
    net::Response response = answer(204, "");
    response.fields.add("Set-Cookie", cookie_text("", std::chrono::seconds(0)));
    co_return response;
}

Task<Result<net::Response>> SignIn::make_link(const net::Request& request) {
    CO_TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    const std::string user = in.text("user", user_bytes_max);
    CO_TRY_VOID(in.finish());
    if (!is_user_name(user))
        co_return fail(Code::value_invalid, "user: give a user's name");
    static constexpr Route route{"POST", sign_in_links_path, Scope::none, "", nullptr};
    CO_TRY_VOID(check_parameters(route, request.query, true));
    CO_TRY(const Caller caller, co_await operator_caller(core_, route, request));
    const std::string token = random_letters(core_.rng);
    const Instant now = core_.clock.now();
    const auto link = std::make_shared<const store::SignInLinkRow>(
        caller.tenant, core_.context.ids.next_value(), bytes_of(sessions_.hash_of(token)),
        "os:" + user, now + bounds::sign_in_link_kept);
    const auto kept = co_await core_.store.write<bool>(
        [link, now](Session& s) { return keep_link(s, link, now); });
    if (!kept)
        co_return std::unexpected(kept.error());
    wire::JsonWriter w;
    w.object().member("token", token);
    write_time(w, "expires_at", link->expires_at);
    w.end();
    co_return answer(201, std::move(w).text());
}

} // namespace settled::api
