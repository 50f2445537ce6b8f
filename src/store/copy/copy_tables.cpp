#include "store/copy/copy_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::store {

namespace {

struct Spec {
    std::string_view name;
    std::size_t keys;
    std::size_t page_rows;
    std::string_view columns; // keys first; i: integer, t: text, b: bytes
};

// Bodies are up to 1 MiB: a page of them must fit into memory.
constexpr std::size_t bodies = 100;
constexpr std::size_t short_rows = 1000;

constexpr std::array specs{
    Spec{"tenant", 1, short_rows, "id:i name:t created_at:i"},
    Spec{"installation", 1, short_rows, "name:t value:b"},
    Spec{"node", 1, short_rows,
         "number:i holder:i instance:t roles:t started_at:i lease_until:i ids_until:i version:t "
         "seen_at:i"},
    Spec{"job", 1, short_rows, "name:t lease_owner:i fence:i"},
    Spec{"book", 1, short_rows, "name:t version:i"},
    Spec{"api_key", 2, short_rows,
         "tenant_id:i id:i name:t hash:b hint:t scopes:t created_at:i revoked_at:i expires_at:i "
         "made_by:t last_used_at:i"},
    Spec{"console_session", 2, short_rows,
         "tenant_id:i id:i hash:b kind:t owner_id:i actor:t created_at:i seen_at:i"},
    Spec{"sign_in_link", 2, short_rows, "tenant_id:i id:i hash:b actor:t expires_at:i"},
    Spec{"portal_link", 2, short_rows,
         "tenant_id:i id:i hash:b endpoint_id:i can:t created_by:t created_at:i expires_at:i "
         "revoked_at:i"},
    Spec{"console_operator", 2, short_rows,
         "tenant_id:i id:i username:t password:t totp_secret:b totp_step:i role:t created_at:i "
         "changed_at:i"},
    Spec{"change_entry", 2, short_rows,
         "tenant_id:i id:i actor:t action:t subject:t reason:t request_id:t created_at:i"},
    Spec{"connector", 2, short_rows, "tenant_id:i id:i name:t kind:t settings:t created_at:i"},
    Spec{"account", 2, short_rows,
         "tenant_id:i id:i account_key:t iban:t sort_code:t account_number:t name:t external_id:t "
         "bank_account_id:t created_at:i single_use:i"},
    Spec{"endpoint", 2, short_rows,
         "tenant_id:i id:i url:t events:t auth:t username:t sealed_secret:b status:t created_at:i "
         "version:i settings:t"},
    Spec{"endpoint_state", 2, short_rows,
         "tenant_id:i endpoint_id:i failures:i failing_since:i last_success_at:i held_since:i "
         "probe_wait:i next_probe_at:i quiet_until:i missed_since:i dead_at:i dead_waiting:i "
         "dead_task:i dead_cause:t handshake:t handshake_url:t granted_rate:i handshake_tries:i "
         "handshake_at:i"},
    Spec{"delivery_body", 2, bodies, "tenant_id:i id:i head:t body:t"},
    Spec{"redelivery", 2, short_rows,
         "tenant_id:i id:i endpoint_id:i since_at:i until_at:i statuses:t events:t dry_run:i "
         "status:t total:i queued:i cursor_id:i created_at:i finished_at:i"},
    Spec{"consumer", 2, short_rows,
         "tenant_id:i name:t events:t filter:t position:i event_id:i created_at:i updated_at:i "
         "purged:i"},
    Spec{"institution_profile", 2, bodies,
         "tenant_id:i id:i institution:t scheme:t receiver:t rare:i length_max:i state:t "
         "updated_at:i"},
    Spec{"receiver_cap", 2, short_rows, "tenant_id:i receiver:t wanted:i least:i changed_at:i"},
    Spec{"institution_bank", 3, short_rows, "tenant_id:i bank:t institution:t weight:i"},
    Spec{"institution_seed", 3, short_rows,
         "tenant_id:i institution:t scheme:t reference_chars_max:i updated_at:i"},
    Spec{"learning_cursor", 1, short_rows, "tenant_id:i match_id:i"},
    Spec{"minted_reference", 3, short_rows,
         "tenant_id:i account_key:t head:t id:i reference:t scheme:t created_at:i expires_at:i"},
    Spec{"webhook", 2, bodies,
         "tenant_id:i id:i connector_id:i type:t composite_key:t suffix:t status:t body:b "
         "received_at:i"},
    Spec{"webhook_key", 2, short_rows, "tenant_id:i dedupe:b webhook_id:i digest:i"},
    Spec{
        "payment", 2, short_rows,
        "tenant_id:i id:i client_id:t fingerprint:b status:t amount_minor:i currency:t "
        "institution_id:t scheme:t reference:t end_to_end_id:t payee_name:t payee_account:t "
        "payer_name:t payer_account:t created_at:i registered_at:i version:i c_account:t "
        "c_end_to_end_id:t c_reference:t c_uetr:t c_other_account:t c_other_name:t settled_minor:i "
        "lowest_minor:i highest_minor:i bounds_currency:t single_use:i"},
    Spec{"settlement", 2, short_rows,
         "tenant_id:i id:i webhook_id:i status:t amount_minor:i currency:t scheme:t "
         "transaction_id:t reference:t end_to_end_id:t account_iban:t counterparty_name:t "
         "counterparty_account:t settled_at:i received_at:i version:i c_account:t "
         "c_end_to_end_id:t c_reference:t c_uetr:t c_other_account:t c_other_name:t refused:t "
         "undone:i suggested:i look_again:i nearest:t booked:i"},
    Spec{
        "statement", 2, short_rows,
        "tenant_id:i id:i kind:t format:t account:t account_key:t currency:t number:t sequence:i "
        "from_day:i to_day:i opening_minor:i closing_minor:i credits:i credits_minor:i debits:i "
        "debits_minor:i digest:b status:t loaded:i loaded_credits:i loaded_credits_minor:i "
        "loaded_debits_minor:i examined:i cursor_minor:i created_at:i reconciled_at:i message_id:t "
        "page:i continues:i goes_on:i"},
    Spec{"statement_entry", 3, short_rows,
         "tenant_id:i statement_id:i number:i booked_at:i value_at:i credit:i reversal:i "
         "amount_minor:i end_to_end_id:t instruction_id:t transaction_id:t bank_reference:t uetr:t "
         "remittance:t counterparty_name:t counterparty_account:t verdict:t rung:t as_set:i "
         "settlement_id:i"},
    Spec{"notification", 2, bodies,
         "tenant_id:i id:i connector_id:i composite_key:t platform_id:t type:t event_time_text:t "
         "event_time:i message:t content_url:t content_state:t call_id:i rounds:i failure:t "
         "content_fetched_at:i event_id:i status:t differs_from:i received_count:i received_at:i "
         "last_received_at:i updated_at:i"},
    Spec{"statement_request", 2, short_rows,
         "tenant_id:i id:i connector_id:i day:i status:t message_id:t pages:i pages_here:i "
         "statements:i passed_over:i cursor_statement:i reason:t made_by:t created_at:i "
         "updated_at:i settlements:i movements:i orders:i waiting:i without_id:i cursor_entry:i"},
    Spec{"statement_request_part", 3, short_rows, "tenant_id:i request_id:i statement_id:i"},
    Spec{"search_word", 4, short_rows, "tenant_id:i kind:i word:t owner_id:i"},
    Spec{"match_key", 5, short_rows, "tenant_id:i block:i side:i tag:i owner_id:i"},
    Spec{"settlement_match", 2, short_rows,
         "tenant_id:i id:i settlement_id:i payment_id:i rank:i rule_version:i evidence:t "
         "matched_at:i rules:t pairing:t amount_minor:i actor:t ended_at:i settlement_slot:i "
         "payment_slot:i"},
    Spec{"match_end", 2, short_rows, "tenant_id:i id:i match_id:i reason:t actor:t ended_at:i"},
    Spec{"evidence_seal", 2, short_rows,
         "tenant_id:i number:i from_position:i to_position:i entries:i digest:t previous:t "
         "sealed_at:i marks:b"},
    Spec{"reversal", 2, short_rows,
         "tenant_id:i id:i webhook_id:i settlement_id:i status:t transaction_id:t amount_minor:i "
         "currency:t reason:t c_account:t c_end_to_end_id:t c_reference:t c_uetr:t "
         "c_other_account:t c_other_name:t reversed_at:i received_at:i"},
    Spec{"rule_set", 3, short_rows,
         "tenant_id:i account_key:t version:i name:t body:t created_at:i"},
    Spec{"sweep", 2, short_rows, "tenant_id:i name:t cursor_id:i"},
    Spec{"review", 2, short_rows,
         "tenant_id:i id:i kind:t subject_id:i status:t detail:t created_at:i closed_at:i "
         "decision:t reason:t actor:t"},
    Spec{"event", 2, bodies, "tenant_id:i id:i type:t subject_id:i version:i body:t created_at:i"},
    Spec{"feed_waiting", 3, short_rows, "tenant_id:i id:i feed:i"},
    Spec{"feed_entry", 3, short_rows, "tenant_id:i feed:i position:i id:i"},
    Spec{"feed_end", 1, short_rows, "tenant_id:i position:i"},
    Spec{"task", 2, short_rows,
         "tenant_id:i id:i kind:t subject_id:i lane_id:i status:t attempts:i due_at:i created_at:i "
         "updated_at:i lease_owner:i fence:i waits:i order_key:i batch_id:i of_interval:i "
         "attempts_before:i owed_at:i outcome:t"},
    Spec{"attempt", 3, short_rows,
         "tenant_id:i task_id:i number:i started_at:i latency_us:i outcome:t http_status:i "
         "answer:t fence:i"},
    Spec{"bank_key_use", 3, short_rows, "tenant_id:i connector_id:i fingerprint:t used_at:i"},
    Spec{"key_end", 6, short_rows,
         "tenant_id:i subject_id:i used_for:t fingerprint:t expires_at:i days:i published_at:i"},
    Spec{"key_outage", 3, short_rows, "tenant_id:i connector_id:i used_for:t since:i seen_at:i"},
    Spec{"connector_state", 2, short_rows,
         "tenant_id:i connector_id:i paused_until:i pause_reason:t paused_by:t failing:i "
         "version:i silent_since:i"},
    Spec{"call", 2, bodies,
         "tenant_id:i id:i connector_id:i purpose:t subject_id:i account_key:t method:t "
         "target:t body:t request_id:t status:t tries:i unread:i due_at:i first_sent_at:i "
         "http_status:i reply_class:t reason:t created_at:i updated_at:i lease_owner:i fence:i"},
    Spec{"call_try", 3, short_rows,
         "tenant_id:i call_id:i number:i started_at:i latency_us:i http_status:i outcome:t "
         "reply:t fence:i"},
    Spec{"payment_order", 2, short_rows,
         "tenant_id:i id:i client_id:t fingerprint:b connector_id:i status:t scheme:t "
         "amount_minor:i currency:t debtor:t debtor_key:t creditor:t creditor_key:t reference:t "
         "end_to_end_id:t loan_account_id:t purpose:t reason_code:t reason:t advice:t call_id:i "
         "transaction_id:t actual_id:t settlement_id:i returned_by_id:i retry_of:i not_before:i "
         "made_by:t version:i created_at:i updated_at:i lookup:i ask_at:i warnings:t "
         "core_banking:t"},
    Spec{"account_link", 2, short_rows,
         "tenant_id:i id:i client_id:t connector_id:i core_banking:t loan_account_id:t "
         "owner_name:t asked_iban:t external_id:t status:t iban:t virtual_account_id:t errors:t "
         "generation:i version:i created_at:i updated_at:i loan_key:t"},
    Spec{"money_return", 2, short_rows,
         "tenant_id:i id:i client_id:t settlement_id:i connector_id:i scheme:t transaction_id:t "
         "end_to_end_id:t reason:t status:t reason_code:t detail:t version:i created_at:i "
         "updated_at:i"},
    Spec{"posting", 2, short_rows,
         "tenant_id:i id:i connector_id:i kind:t cause:t status:t loan_account_id:t subject_kind:t "
         "subject_id:i external_id:t amount_minor:i currency:t scheme:t value_at:i detail:t "
         "transaction_key:t "
         "undo:i reason_code:t reason:t version:i created_at:i updated_at:i"},
    Spec{"booking", 2, short_rows,
         "tenant_id:i id:i connector_id:i asked_id:t transaction_key:t loan_account_id:t status:t "
         "found:i shown:i detail:t order_id:i tries:i reason_code:t reason:t created_at:i "
         "updated_at:i"},
    Spec{"subject_webhook", 3, short_rows, "tenant_id:i subject_id:i webhook_id:i"},
    Spec{"movement", 2, short_rows,
         "tenant_id:i id:i connector_id:i webhook_id:i transaction_id:t credit:i is_return:i "
         "amount_minor:i currency:t scheme:t end_to_end_id:t account:t account_key:t "
         "counterparty_name:t counterparty_account:t settled_at:i received_at:i subject_id:i"},
    Spec{
        "bacs_item", 2, short_rows,
        "tenant_id:i id:i connector_id:i subject:t bank_id:t returned_by:t status:t "
        "amount_minor:i currency:t account:t account_key:t counterparty_name:t "
        "counterparty_account:t reference:t service_user_number:t transaction_code:t "
        "reason_code:t detail:t day:t settlement_id:i asked:i version:i created_at:i updated_at:i"},
    Spec{"restore_end", 1, short_rows, "tenant_id:i restored_at:i ended_at:i ended_by:t reason:t"},
    Spec{"bank_transaction", 4, short_rows,
         "tenant_id:i connector_id:i transaction_id:t credit:i subject_id:i by_query:i"},
    Spec{"catch_up", 2, short_rows,
         "tenant_id:i id:i connector_id:i reason:t since:i until:i dry_run:i status:t source:i "
         "window_from:i page:i pass:i unsettled:i after_id:i call_id:i steps:i failures:i "
         "next_at:i seen:i settlements:i movements:i orders:i asked:i waiting:i reason_failed:t "
         "made_by:t created_at:i updated_at:i ended_at:i"},
    Spec{"purged", 3, short_rows,
         "tenant_id:i kind:i id:i name:t event_id:i endpoint_id:i purged_at:i"},
    Spec{"purged_evidence", 3, short_rows, "tenant_id:i position:i kind:i id:i hash:b"},
    Spec{"purge", 2, short_rows,
         "tenant_id:i id:i kinds:t until_at:i dry_run:i status:t stage:i cursor_id:i steps:i "
         "payments:i settlements:i matches:i events:i deliveries:i calls:i kept:i made_by:t "
         "created_at:i finished_at:i"},
    Spec{"figure", 6, short_rows,
         "tenant_id:i length:i start_at:i metric:i kind:i writer_id:i number:i"},
    Spec{"money_sum", 6, short_rows,
         "tenant_id:i part:i length:i start_at:i currency:t writer_id:i number:i billions:i "
         "rest:i"},
    Spec{"idempotency", 2, bodies,
         "tenant_id:i key:t fingerprint:b http_status:i body:t created_at:i"},
};

Value::Kind kind_of(char letter) {
    return letter == 'i'   ? Value::Kind::integer
           : letter == 't' ? Value::Kind::text
                           : Value::Kind::blob;
}

std::vector<CopiedColumn> columns_of(std::string_view text) {
    std::vector<CopiedColumn> columns;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const std::size_t colon = one.find(':');
        columns.push_back({kind_of(one.at(colon + 1)), std::string(one.substr(0, colon))});
    }
    return columns;
}

// "$1, $2, $3"
std::string parameters(std::size_t count) {
    std::string text;
    for (std::size_t i = 1; i <= count; ++i)
        text += fmt::format("{}${}", i == 1 ? "" : ", ", i);
    return text;
}

std::string names(std::span<const CopiedColumn> columns) {
    std::string text;
    for (const CopiedColumn& column : columns)
        text += (text.empty() ? "" : ", ") + column.name;
    return text;
}

CopiedTable table_of(const Spec& spec) {
    CopiedTable table;
    table.name = spec.name;
    table.columns = columns_of(spec.columns);
    table.keys = spec.keys;
    table.page_rows = spec.page_rows;
    const std::string all = names(table.columns);
    const std::string key = names(std::span(table.columns).first(spec.keys));
    table.page_text = fmt::format("SELECT {} FROM {} WHERE ({}) > ({}) ORDER BY {} LIMIT ${}", all,
                                  spec.name, key, parameters(spec.keys), key, spec.keys + 1);
    table.insert_text = fmt::format("INSERT INTO {} ({}) VALUES ({})", spec.name, all,
                                    parameters(table.columns.size()));
    return table;
}

std::vector<CopiedTable> make_tables() {
    std::vector<CopiedTable> tables;
    for (const Spec& spec : specs)
        tables.push_back(table_of(spec));
    for (CopiedTable& table : tables) { // their texts stay where they are now
        table.page = std::make_unique<const Statement>(table.page_text);
        table.insert = std::make_unique<const Statement>(table.insert_text);
    }
    return tables;
}

// Statements are made before there are threads and connections.
const std::vector<CopiedTable> all_tables = make_tables();

} // namespace

std::span<const CopiedTable> copied_tables() {
    return all_tables;
}

} // namespace settled::store
