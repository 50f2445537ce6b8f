#include "sandbox/core_bank/core_api.h"

#include "base/limits.h"
#include "crypto/hash.h"
#include "sandbox/bounds.h"
#include "sandbox/core_bank/core_shapes.h"
#include "wire/base64.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <charconv>

namespace settled::sandbox {

namespace {

constexpr std::string_view accepted_version = "application/vnd.mambu.v2+json";
constexpr std::size_t listed_default = 50;
constexpr std::size_t listed_max = 1000;

net::Response refusal(int status, std::int64_t code, std::string reason, std::string source = {}) {
    return core_refusal({status, code, std::move(reason), std::move(source)});
}

net::Response unknown_operation() {
    return refusal(404, 3, "INVALID_API_OPERATION");
}

std::chrono::milliseconds pause_of(const std::optional<ApiFault>& fault) {
    if (!fault)
        return {};
    return fault->hang ? std::chrono::milliseconds(bounds::api_hang) : fault->delay;
}

bool is_search(const net::Request& request) {
    return request.path.ends_with(":search");
}

bool changes_something(const net::Request& request) {
    return (request.method == "POST" && !is_search(request)) || request.method == "PATCH";
}

// An interim status, after which nothing follows.
net::Response in_process() {
    net::Response response;
    response.status = 102;
    response.cut_after = limits::reply_header_bytes_max; // after all of it
    return response;
}

std::size_t number_of(const net::Request& request, std::string_view name, std::size_t otherwise) {
    const auto text = request.parameter(name);
    std::size_t number = otherwise;
    if (text)
        std::from_chars(text->data(), text->data() + text->size(), number);
    return number;
}

bool is_full(const net::Request& request) {
    return request.parameter("detailsLevel").value_or("BASIC") == "FULL";
}

net::Response booking_answer(int status, const CoreBooking& booking) {
    wire::JsonWriter w;
    write_core_booking(w, booking, true);
    return json_answer(status, std::move(w).text());
}

net::Response list_of_names(const std::set<std::string>& names) {
    wire::JsonWriter w;
    w.array();
    for (const std::string& name : names)
        w.object().member("id", name).member("name", name).member("state", "ACTIVE").end();
    w.end();
    return json_answer(200, std::move(w).text());
}

net::Response list_of_sets(const std::map<std::string, std::set<std::string>>& sets,
                           const std::string& entity) {
    wire::JsonWriter w;
    w.array();
    for (const auto& [set, fields] : sets) {
        w.object().member("id", set).member("availableFor", entity).key("customFields").array();
        for (const std::string& field : fields)
            w.object().member("id", field).end();
        w.end().end();
    }
    w.end();
    return json_answer(200, std::move(w).text());
}

// Those that a search has to look at: of an external id at most one.
std::vector<const CoreBooking*> candidates(const CoreBooks& books,
                                           const std::vector<CoreFilter>& filters) {
    std::vector<const CoreBooking*> found;
    const auto by_id = std::ranges::find(filters, "externalId", &CoreFilter::field);
    if (by_id != filters.end()) {
        if (const CoreBooking* const booking = books.find_by_external_id(by_id->value))
            found.push_back(booking);
        return found;
    }
    for (const CoreBooking& booking : books.journal())
        found.push_back(&booking);
    return found;
}

} // namespace

Task<net::Response> CoreApi::handle(net::Request request) {
    const std::optional<ApiFault> fault = faults_.next(request);
    ApiCall& call = calls_.add(request, parts_.clock.now());
    call.request_id = request.fields.find("Idempotency-Key").value_or("");
    std::optional<net::Response> own;
    const bool takes_time = changes_something(request) && processing_.count() != 0;
    const std::string key(request.fields.find("Idempotency-Key").value_or(""));
    if (takes_time && !key.empty() && authorized(request)) {
        // The key is taken now; the work is done when the time is over.
        const Idempotency::Found found = idempotency_.begin(key, parts_.clock.now());
        if (found.place == Idempotency::Place::in_process)
            co_return in_process();
        if (found.place == Idempotency::Place::answered)
            co_return found.answer;
        const auto pauses = parts_.pauses;
        co_await Pauses::wait(pauses, processing_);
        const net::Response done = route(request, segments(request.path));
        idempotency_.end(key, done);
        own = done;
    } else if (!fault || fault->processed) {
        own = answer(request);
    }
    net::Response response = fault ? faulty_response(*fault, std::move(own)) : *std::move(own);
    call.status = response.status;
    call.processed = !fault || fault->processed;
    call.reply_cut = response.cut_after || response.reset;
    const std::chrono::milliseconds pause = pause_of(fault);
    if (pause.count() == 0)
        co_return response;
    // This object may end during the pause: nothing of it is used from here on.
    co_await Pauses::wait(parts_.pauses, pause);
    co_return response;
}

void CoreApi::end_faults() {
    faults_.clear();
    parts_.pauses->end_all();
}

net::Response CoreApi::answer(const net::Request& request) {
    if (!authorized(request))
        return refusal(401, 2, "INVALID_CREDENTIALS");
    if (request.fields.find("Accept").value_or("") != accepted_version)
        return refusal(400, 3, "INVALID_API_OPERATION", "Accept");
    const std::string key(request.fields.find("Idempotency-Key").value_or(""));
    if (!changes_something(request) || key.empty())
        return route(request, segments(request.path));
    const Idempotency::Found found = idempotency_.begin(key, parts_.clock.now());
    if (found.place == Idempotency::Place::in_process)
        return in_process();
    if (found.place == Idempotency::Place::answered)
        return found.answer;
    net::Response response = route(request, segments(request.path));
    idempotency_.end(key, response);
    return response;
}

bool CoreApi::authorized(const net::Request& request) const {
    if (const auto key = request.fields.find("apikey"))
        return crypto::equal_in_constant_time(as_bytes(*key), parts_.key.bytes());
    std::string pair(username);
    pair.append(":").append(parts_.key.reveal()); // as RFC 7617 wants it
    const std::string expected = "Basic " + wire::to_base64(as_bytes(pair));
    const auto given = request.fields.find("Authorization");
    return given && crypto::equal_in_constant_time(as_bytes(*given), as_bytes(expected));
}

net::Response CoreApi::route(const net::Request& request, const Path& path) {
    if (path.size() < 2 || path[0] != "api")
        return unknown_operation();
    const std::string& area = path[1];
    if (area == "loans" || area == "loans:search")
        return route_loan(request, path);
    if ((area == "clients" || area == "groups") && path.size() == 3 && request.method == "GET") {
        const CoreHolder* const holder = parts_.books.find_holder(path[2], area == "groups");
        return holder == nullptr ? refusal(404, 300, "INVALID_CLIENT_ID")
                                 : json_answer(200, core_holder_json(*holder));
    }
    return route_setup(request, path);
}

net::Response CoreApi::route_setup(const net::Request& request, const Path& path) {
    const CoreSetup& setup = parts_.books.setup();
    if (path == Path{"api", "comments"} && request.method == "POST") {
        const auto document = wire::JsonDocument::parse(request.body);
        const auto key = document ? document->root().member("ownerKey") : std::nullopt;
        const auto text = document ? document->root().member("text") : std::nullopt;
        CoreLoan* const loan =
            key && key->string() ? parts_.books.find_loan(*key->string()) : nullptr;
        if (loan == nullptr || !text || !text->string() || text->string()->empty())
            return refusal(400, 4, "INVALID_PARAMETERS", "ownerKey");
        loan->comments.emplace_back(*text->string());
        return json_answer(201, request.body);
    }
    if (request.method != "GET")
        return unknown_operation();
    if (path == Path{"api", "organization", "transactionChannels"})
        return list_of_names(setup.channels);
    if (path == Path{"api", "customfieldsets"}) {
        const std::string entity = request.parameter("availableFor").value_or("");
        return list_of_sets(entity == "LOAN_ACCOUNT" ? setup.loan_fields : setup.transaction_fields,
                            entity);
    }
    if (path == Path{"api", "setup", "organization"}) {
        wire::JsonWriter w;
        w.object().member("institutionName", "Sandbox Lender");
        w.member("timeZoneID", setup.time_zone).member("currency", setup.currency).end();
        return json_answer(200, std::move(w).text());
    }
    return unknown_operation();
}

net::Response CoreApi::search_loans(const net::Request& request) {
    const auto filters = read_core_filters(request.body);
    if (!filters || filters->size() != 1 || !filters->front().field.starts_with('_'))
        return refusal(400, 4, "INVALID_PARAMETERS", "filterCriteria");
    const std::string& field = filters->front().field;
    const std::size_t point = std::min(field.find('.'), field.size() - 1);
    wire::JsonWriter w;
    w.array();
    for (const CoreLoan* const loan : parts_.books.loans_with(
             field.substr(0, point), field.substr(point + 1), filters->front().value))
        write_core_loan(w, *loan, is_full(request));
    w.end();
    return json_answer(200, std::move(w).text());
}

net::Response CoreApi::search_bookings(const net::Request& request) {
    const auto filters = read_core_filters(request.body);
    if (!filters)
        return core_refusal(filters.error());
    std::size_t skip = number_of(request, "offset", 0);
    std::size_t room = std::min(number_of(request, "limit", listed_default), listed_max);
    wire::JsonWriter w;
    w.array();
    for (const CoreBooking* const booking : candidates(parts_.books, *filters)) {
        const auto is_one = fits(*booking, *filters);
        if (!is_one)
            return core_refusal(is_one.error());
        if (!*is_one || room == 0)
            continue;
        if (skip > 0) {
            --skip;
            continue;
        }
        write_core_booking(w, *booking, is_full(request));
        --room;
    }
    w.end();
    return json_answer(200, std::move(w).text());
}

net::Response CoreApi::route_loan(const net::Request& request, const Path& path) {
    CoreBooks& books = parts_.books;
    if (path == Path{"api", "loans:search"} && request.method == "POST")
        return search_loans(request);
    if (path == Path{"api", "loans", "transactions:search"} && request.method == "POST")
        return search_bookings(request);
    if (path.size() == 4 && path[2] == "transactions")
        return route_booking(request, path[3]);
    CoreLoan* const loan = path.size() >= 3 ? books.find_loan(path[2]) : nullptr;
    if (loan == nullptr)
        return refusal(404, 100, "INVALID_LOAN_ACCOUNT_ID");
    if (path.size() == 3 && request.method == "GET") {
        wire::JsonWriter w;
        write_core_loan(w, *loan, is_full(request));
        return json_answer(200, std::move(w).text());
    }
    if (path.size() == 3 && request.method == "PATCH") {
        const auto changes = read_core_patch(request.body);
        if (!changes)
            return core_refusal(changes.error());
        const auto done = books.patch(*loan, *changes);
        return done ? empty_answer(204) : core_refusal(done.error());
    }
    const bool disburses = path.size() == 4 && path[3] == "disbursement-transactions";
    const bool repays = path.size() == 4 && path[3] == "repayment-transactions";
    if ((!disburses && !repays) || request.method != "POST")
        return unknown_operation();
    const auto order = read_core_order(request.body);
    if (!order)
        return core_refusal(order.error());
    const auto booked = disburses ? books.disburse(*loan, *order) : books.repay(*loan, *order);
    if (!booked)
        return core_refusal(booked.error());
    if (disburses)
        parts_.webhooks.loan_disbursed(*loan, **booked);
    return booking_answer(201, **booked);
}

net::Response CoreApi::route_booking(const net::Request& request, std::string id) {
    constexpr std::string_view adjust = ":adjust";
    const bool adjusts = id.ends_with(adjust);
    if (adjusts)
        id.resize(id.size() - adjust.size());
    CoreBooking* const booking = parts_.books.find_booking(id);
    if (booking == nullptr)
        return refusal(404, 4, "INVALID_TRANSACTION_ID");
    if (adjusts && request.method == "POST") {
        const auto notes = read_core_notes(request.body);
        if (!notes)
            return core_refusal(notes.error());
        const auto made = parts_.books.adjust(*booking, *notes, true);
        return made ? booking_answer(200, **made) : core_refusal(made.error());
    }
    if (!adjusts && request.method == "GET") {
        wire::JsonWriter w;
        write_core_booking(w, *booking, is_full(request));
        return json_answer(200, std::move(w).text());
    }
    if (!adjusts && request.method == "PATCH") {
        const auto changes = read_core_patch(request.body);
        if (!changes)
            return core_refusal(changes.error());
        const auto done = parts_.books.patch(*booking, *changes);
        return done ? empty_answer(204) : core_refusal(done.error());
    }
    return unknown_operation();
}

} // namespace settled::sandbox
