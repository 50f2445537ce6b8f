// The handlers, one for each route (routes.cpp); each stands in the file named after its resource.
#pragma once

#include "api/call.h"

namespace settled::api {

Task<Result<Answer>> create_payment(const Core& core, const Call& call);
Task<Result<Answer>> list_payments(const Core& core, const Call& call);
Task<Result<Answer>> get_payment(const Core& core, const Call& call);

Task<Result<Answer>> list_payment_candidates(const Core& core, const Call& call);
Task<Result<Answer>> list_settlement_candidates(const Core& core, const Call& call);
Task<Result<Answer>> show_timeline(const Core& core, const Call& call);
Task<Result<Answer>> show_status(const Core& core, const Call& call);
Task<Result<Answer>> show_overview(const Core& core, const Call& call);
Task<Result<Answer>> list_changes(const Core& core, const Call& call);
Task<Result<Answer>> list_settlements(const Core& core, const Call& call);
Task<Result<Answer>> get_settlement(const Core& core, const Call& call);
Task<Result<Answer>> list_matches(const Core& core, const Call& call);
Task<Result<Answer>> get_match(const Core& core, const Call& call);
Task<Result<Answer>> show_audit_head(const Core& core, const Call& call);
Task<Result<Answer>> list_reviews(const Core& core, const Call& call);
Task<Result<Answer>> get_review(const Core& core, const Call& call);
Task<Result<Answer>> accept_review(const Core& core, const Call& call);
Task<Result<Answer>> split_review(const Core& core, const Call& call);
Task<Result<Answer>> reject_review(const Core& core, const Call& call);
Task<Result<Answer>> close_review(const Core& core, const Call& call);
Task<Result<Answer>> rule_on_review(const Core& core, const Call& call);
Task<Result<Answer>> match_settlement(const Core& core, const Call& call);
Task<Result<Answer>> reject_settlement(const Core& core, const Call& call);
Task<Result<Answer>> undo_match(const Core& core, const Call& call);

Task<Result<Answer>> create_rules(const Core& core, const Call& call);
Task<Result<Answer>> list_rules(const Core& core, const Call& call);

Task<Result<Answer>> create_reference(const Core& core, const Call& call);

Task<Result<Answer>> list_institutions(const Core& core, const Call& call);
Task<Result<Answer>> get_institution(const Core& core, const Call& call);
Task<Result<Answer>> seed_institutions(const Core& core, const Call& call);
Task<Result<Answer>> open_statement(const Core& core, const Call& call);
Task<Result<Answer>> list_statements(const Core& core, const Call& call);
Task<Result<Answer>> get_statement(const Core& core, const Call& call);
Task<Result<Answer>> add_statement_entries(const Core& core, const Call& call);
Task<Result<Answer>> list_statement_entries(const Core& core, const Call& call);
Task<Result<Answer>> list_missing_settlements(const Core& core, const Call& call);
Task<Result<Answer>> prove_statement(const Core& core, const Call& call);
Task<Result<Answer>> show_reconciliation(const Core& core, const Call& call);
Task<Result<Answer>> create_statement_request(const Core& core, const Call& call);
Task<Result<Answer>> list_statement_requests(const Core& core, const Call& call);
Task<Result<Answer>> get_statement_request(const Core& core, const Call& call);
Task<Result<Answer>> export_settlements(const Core& core, const Call& call);

Task<Result<Answer>> create_account(const Core& core, const Call& call);
Task<Result<Answer>> list_accounts(const Core& core, const Call& call);
Task<Result<Answer>> get_account(const Core& core, const Call& call);

Task<Result<Answer>> create_endpoint(const Core& core, const Call& call);
Task<Result<Answer>> list_endpoints(const Core& core, const Call& call);
Task<Result<Answer>> get_endpoint(const Core& core, const Call& call);
Task<Result<Answer>> update_endpoint(const Core& core, const Call& call);
Task<Result<Answer>> delete_endpoint(const Core& core, const Call& call);
Task<Result<Answer>> list_event_types(const Core& core, const Call& call);
Task<Result<Answer>> put_consumer(const Core& core, const Call& call);
Task<Result<Answer>> list_consumers(const Core& core, const Call& call);
Task<Result<Answer>> get_consumer(const Core& core, const Call& call);
Task<Result<Answer>> delete_consumer(const Core& core, const Call& call);
Task<Result<Answer>> read_consumer(const Core& core, const Call& call);
Task<Result<Answer>> move_consumer(const Core& core, const Call& call);
Task<Result<Answer>> recover_endpoint(const Core& core, const Call& call);
Task<Result<Answer>> get_redelivery(const Core& core, const Call& call);
Task<Result<Answer>> create_purge(const Core& core, const Call& call);
Task<Result<Answer>> get_purge(const Core& core, const Call& call);
// The keys that partners verify with, as a JSON Web Key Set: for everybody.
Task<Result<Answer>> published_keys(const Core& core);
Task<Result<Answer>> ping_endpoint(const Core& core, const Call& call);

Task<Result<Answer>> list_events(const Core& core, const Call& call);
Task<Result<Answer>> get_event(const Core& core, const Call& call);
Task<Result<Answer>> list_deliveries(const Core& core, const Call& call);
Task<Result<Answer>> get_delivery(const Core& core, const Call& call);
Task<Result<Answer>> redeliver(const Core& core, const Call& call);

Task<Result<Answer>> list_webhooks(const Core& core, const Call& call);
Task<Result<Answer>> get_webhook(const Core& core, const Call& call);

Task<Result<Answer>> read_webhook_again(const Core& core, const Call& call);
Task<Result<Answer>> read_webhooks_again(const Core& core, const Call& call);

Task<Result<Answer>> create_order(const Core& core, const Call& call);
Task<Result<Answer>> list_orders(const Core& core, const Call& call);
Task<Result<Answer>> get_order(const Core& core, const Call& call);
Task<Result<Answer>> cancel_order(const Core& core, const Call& call);
Task<Result<Answer>> retry_order(const Core& core, const Call& call);

Task<Result<Answer>> create_link(const Core& core, const Call& call);
Task<Result<Answer>> list_links(const Core& core, const Call& call);
Task<Result<Answer>> get_link(const Core& core, const Call& call);
Task<Result<Answer>> delete_link(const Core& core, const Call& call);

Task<Result<Answer>> create_return(const Core& core, const Call& call);
Task<Result<Answer>> list_returns(const Core& core, const Call& call);
Task<Result<Answer>> get_return(const Core& core, const Call& call);
Task<Result<Answer>> list_postings(const Core& core, const Call& call);
Task<Result<Answer>> get_posting(const Core& core, const Call& call);

Task<Result<Answer>> list_calls(const Core& core, const Call& call);
Task<Result<Answer>> get_call(const Core& core, const Call& call);
Task<Result<Answer>> show_held(const Core& core, const Call& call);
Task<Result<Answer>> resume_calls(const Core& core, const Call& call);
Task<Result<Answer>> list_bacs_items(const Core& core, const Call& call);
Task<Result<Answer>> get_bacs_item(const Core& core, const Call& call);
Task<Result<Answer>> create_catch_up(const Core& core, const Call& call);
Task<Result<Answer>> list_catch_ups(const Core& core, const Call& call);
Task<Result<Answer>> get_catch_up(const Core& core, const Call& call);

Task<Result<Answer>> list_notifications(const Core& core, const Call& call);
Task<Result<Answer>> get_notification(const Core& core, const Call& call);
Task<Result<Answer>> retry_notification(const Core& core, const Call& call);

Task<Result<Answer>> list_signing_keys(const Core& core, const Call& call);
Task<Result<Answer>> create_connector(const Core& core, const Call& call);
Task<Result<Answer>> list_connectors(const Core& core, const Call& call);
Task<Result<Answer>> get_connector(const Core& core, const Call& call);
Task<Result<Answer>> update_connector(const Core& core, const Call& call);
Task<Result<Answer>> delete_connector(const Core& core, const Call& call);
Task<Result<Answer>> pause_connector(const Core& core, const Call& call);
Task<Result<Answer>> resume_connector(const Core& core, const Call& call);
Task<Result<Answer>> test_connector(const Core& core, const Call& call);
Task<Result<Answer>> list_bank_accounts(const Core& core, const Call& call);

Task<Result<Answer>> create_api_key(const Core& core, const Call& call);
Task<Result<Answer>> rotate_api_key(const Core& core, const Call& call);
Task<Result<Answer>> list_api_keys(const Core& core, const Call& call);
Task<Result<Answer>> revoke_api_key(const Core& core, const Call& call);

} // namespace settled::api
