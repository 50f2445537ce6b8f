// Orders, links, returns, postings and the calls about them, as the API shows them (openapi.yaml, components).
//
// A list shows each without what belongs to it; a detail adds the calls that were made for it, the
// webhooks that were about it, and the movements that settled it or gave it back.
#pragma once

#include "domain/order.h"
#include "store/queries/calls.h"
#include "store/queries/money/bookings.h"
#include "store/queries/money/links.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/postings.h"
#include "store/queries/money/returns.h"
#include "store/session.h"
#include "store/step.h"
#include "wire/json_writer.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

// Of a tenant's connectors, by id. One that was removed has no name.
using ConnectorNames = std::map<ConnectorId, std::string>;
store::Step<ConnectorNames> connector_names(store::Session& s, TenantId tenant);
std::string name_of(const ConnectorNames& names, ConnectorId connector);

// What was sent and received about an order, link or return.
struct Correspondence {
    std::vector<store::CallRow> calls; // by their ids
    std::vector<WebhookId> webhooks;
};
// `carrier`: the call that carries it, which may carry others, too.
store::Step<Correspondence> correspondence_of(store::Session& s, TenantId tenant,
                                              std::int64_t subject,
                                              std::optional<CallId> carrier = std::nullopt);

struct OrderDetail {
    domain::Order order;
    std::string connector; // its name
    std::optional<store::MovementRow> settlement;
    std::optional<store::MovementRow> returned_by;
    std::vector<store::PostingRow> postings; // for it, or for the booking that started it
    std::optional<store::BookingRow> booking;
    Correspondence correspondence;
};
store::Step<OrderDetail> order_detail(store::Session& s, TenantId tenant, domain::Order order);

struct LinkDetail {
    store::LinkRow link;
    std::string connector;
    std::vector<store::PostingRow> postings; // of the loan's fields
    Correspondence correspondence;
};
store::Step<LinkDetail> link_detail(store::Session& s, TenantId tenant, store::LinkRow link);

struct ReturnDetail {
    store::ReturnRow row;
    std::string connector;
    Correspondence correspondence;
};
store::Step<ReturnDetail> return_detail(store::Session& s, TenantId tenant, store::ReturnRow row);

struct PostingDetailView {
    store::PostingRow row;
    std::string connector; // the core banking system's
    Correspondence correspondence;
};
store::Step<PostingDetailView> posting_detail(store::Session& s, TenantId tenant,
                                              store::PostingRow row);

// Each writes one object as the next value.
void write_order(wire::JsonWriter& w, const domain::Order& order, const ConnectorNames& names);
void write_link(wire::JsonWriter& w, const store::LinkRow& link, const ConnectorNames& names);
void write_return(wire::JsonWriter& w, const store::ReturnRow& row, const ConnectorNames& names);
void write_posting(wire::JsonWriter& w, const store::PostingRow& row, const ConnectorNames& names);
void write_detail(wire::JsonWriter& w, const PostingDetailView& detail);
void write_booking(wire::JsonWriter& w, const store::BookingRow& booking);
void write_detail(wire::JsonWriter& w, const OrderDetail& detail);
void write_detail(wire::JsonWriter& w, const LinkDetail& detail);
void write_detail(wire::JsonWriter& w, const ReturnDetail& detail);
void write_movement(wire::JsonWriter& w, const store::MovementRow& movement);

template <class Detail>
std::string shown(const Detail& detail) {
    wire::JsonWriter w;
    write_detail(w, detail);
    return std::move(w).text();
}

} // namespace settled::api
