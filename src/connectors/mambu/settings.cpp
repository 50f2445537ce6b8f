#include "connectors/mambu/settings.h"

#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/order_reader.h"
#include "payloads/scheme_text.h"
#include "payloads/uk_account.h"

#include <algorithm>
#include <array>

namespace settled::connectors::mambu {

namespace {

using payloads::Reader;

constexpr std::size_t scheme_text_bytes_max = 1024; // before the count of characters speaks
constexpr std::size_t prepayment_members_max = 10;
constexpr std::array<std::string_view, 4> reasons{"closed", "locked", "unknown", "overpaid"};

// What a part of a custom field's path may hold: Mambu's ids have no more.
bool is_field_id(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

Result<std::string> parse_set(std::string_view text) {
    if (!text.starts_with('_') || !is_field_id(text.substr(1)))
        return fail(Code::value_invalid,
                    "give the id of a custom field set, which begins with '_': _ClearBank_Loan");
    return std::string(text);
}

// "ibanLoan", in the set that is given for all, or "_Other_Set.ibanLoan".
Result<FieldPath> parse_path(std::string_view text) {
    const std::size_t point = text.starts_with('_') ? text.find('.') : text.npos;
    FieldPath path;
    if (point != text.npos) {
        TRY(path.set, parse_set(text.substr(0, point)));
        text.remove_prefix(point + 1);
    }
    if (!is_field_id(text))
        return fail(Code::value_invalid, "give the id of a custom field: ibanLoan, or "
                                         "_Set.ibanLoan if it is in a set of its own");
    path.field = text;
    return path;
}

// The set for all fields that give none, then the fields.
class FieldReader {
  public:
    FieldReader(Reader& in, std::string_view default_set)
        : in_(in), set_(in.take("set", limits::text_bytes_max, parse_set)
                            .value_or(std::string(default_set))) {}

    void read(std::string_view name, FieldPath& path) {
        if (const auto given = in_.take(name, 2 * limits::text_bytes_max, parse_path))
            path = *given;
        if (path.set.empty() || !in_.has(name))
            path.set = set_;
    }

  private:
    Reader& in_;
    std::string set_;
};

constexpr std::string_view loan_set = "_ClearBank_Loan";
constexpr std::string_view transaction_set = "_ClearBank_Transaction";

void read_loan_fields(Reader& in, LoanFields& fields) {
    FieldReader reader(in, loan_set);
    reader.read("virtual_account_id", fields.virtual_account_id);
    reader.read("iban", fields.iban);
    reader.read("assigned_user", fields.assigned_user);
}

void read_transaction_fields(Reader& in, TransactionFields& f) {
    FieldReader reader(in, transaction_set);
    const std::pair<std::string_view, FieldPath*> fields[] = {
        {"creditor_name", &f.creditor_name},
        {"creditor_iban", &f.creditor_iban},
        {"creditor_sort_code", &f.creditor_sort_code},
        {"creditor_account_number", &f.creditor_account_number},
        {"debtor_name", &f.debtor_name},
        {"debtor_iban", &f.debtor_iban},
        {"reference", &f.reference},
        {"end_to_end_id", &f.end_to_end_id},
        {"status", &f.status},
        {"bank_transaction_id", &f.bank_transaction_id},
        {"creditor_building_number", &f.creditor_building_number},
        {"creditor_building_name", &f.creditor_building_name},
        {"creditor_street_name", &f.creditor_street_name},
        {"creditor_town_name", &f.creditor_town_name},
        {"creditor_post_code", &f.creditor_post_code},
        {"creditor_country", &f.creditor_country},
    };
    for (const auto& [name, path] : fields)
        reader.read(name, *path);
}

void read_channels(Reader& in, Channels& c) {
    const std::pair<std::string_view, std::string*> channels[] = {
        {"mbu_disbursement_fps", &c.mbu_disbursement_fps},
        {"mbu_disbursement_chaps", &c.mbu_disbursement_chaps},
        {"cb_disbursement_fps", &c.cb_disbursement_fps},
        {"cb_disbursement_chaps", &c.cb_disbursement_chaps},
        {"cb_repayment_fps", &c.cb_repayment_fps},
        {"cb_repayment_chaps", &c.cb_repayment_chaps},
        {"cb_repayment_bacs", &c.cb_repayment_bacs},
    };
    for (const auto& [name, channel] : channels)
        if (std::string given = in.optional_text(name, limits::text_bytes_max); !given.empty())
            *channel = std::move(given);
    // What is booked here would be paid again, and what is paid be booked again.
    const std::array<std::string_view, 5> ours{c.cb_disbursement_fps, c.cb_disbursement_chaps,
                                               c.cb_repayment_fps, c.cb_repayment_chaps,
                                               c.cb_repayment_bacs};
    for (const std::string_view booked :
         {std::string_view(c.mbu_disbursement_fps), std::string_view(c.mbu_disbursement_chaps)})
        if (std::ranges::find(ours, booked) != ours.end())
            in.refuse(Code::value_invalid, "",
                      "a channel on which Mambu books may not be one on which this server posts");
    if (c.mbu_disbursement_fps == c.mbu_disbursement_chaps)
        in.refuse(Code::value_invalid, "mbu_disbursement_chaps",
                  "it decides the scheme: give another one than mbu_disbursement_fps");
}

auto scheme_text(payloads::CharacterSet set, std::size_t characters_max) {
    return [=](std::string_view text) {
        return payloads::parse_scheme_text(text, {set, characters_max, true});
    };
}

void read_debtor(Reader& in, Settings& settings) {
    using payloads::CharacterSet;
    const auto iban =
        in.take("iban", payloads::bounds::account_text_bytes_max, payloads::parse_gb_iban);
    if (!iban && !in.has("iban"))
        in.missing("iban");
    settings.debtor_iban = iban.value_or("");
    settings.debtor_name =
        in.take("name", scheme_text_bytes_max,
                scheme_text(CharacterSet::words, payloads::order_bounds::name_characters_max))
            .value_or("");
    settings.debtor_address =
        in.take("address", scheme_text_bytes_max,
                scheme_text(CharacterSet::address, payloads::order_bounds::address_characters_max))
            .value_or("");
}

void read_chaps(Reader& in, ChapsSettings& chaps) {
    constexpr std::size_t bytes_max = payloads::bounds::account_text_bytes_max;
    chaps.purpose = in.take("purpose", bytes_max, payloads::parse_purpose).value_or(chaps.purpose);
    chaps.category_purpose =
        in.take("category_purpose", bytes_max, payloads::parse_category_purpose)
            .value_or(chaps.category_purpose);
    in.optional_object("debtor_address", [&](Reader& address) {
        payloads::read_postal_address(address, chaps.debtor_address, true);
    });
}

// Members of Mambu's own, passed on as they are; none of those that are written here.
void read_prepayment(Reader& in, Settings& settings) {
    const auto written = in.member("prepayment");
    if (!written)
        return;
    if (!written->is_object() || written->size() > prepayment_members_max)
        return in.refuse(Code::value_invalid, "prepayment",
                         "give an object of at most 10 members of Mambu's repayments");
    constexpr std::array<std::string_view, 7> ours{
        "amount",      "valueDate", "externalId",          "transactionDetails",
        "bookingDate", "notes",     "originalCurrencyCode"};
    for (std::size_t i = 0; i < written->size(); ++i) {
        const std::string_view name = written->name_at(i);
        if (std::ranges::find(ours, name) != ours.end() || name.starts_with('_'))
            in.refuse(Code::value_invalid, "prepayment",
                      "this server writes amount, dates, ids, notes and custom fields itself");
    }
    if (written->size() > 0)
        settings.prepayment = written->raw();
}

Result<RefusedMoney> parse_refused(std::string_view text) {
    if (text == "suspense")
        return RefusedMoney::suspense;
    if (text == "return")
        return RefusedMoney::return_to_sender;
    return fail(Code::value_invalid, "give suspense or return");
}

// One word for all reasons, or an object with one for each.
void read_refused(Reader& in, Settings& settings) {
    const auto written = in.member("repayment_refused");
    if (written && written->is_object()) {
        in.optional_object("repayment_refused", [&](Reader& by_reason) {
            for (std::size_t i = 0; i < reasons.size(); ++i)
                if (const auto word =
                        by_reason.take(reasons[i], limits::text_bytes_max, parse_refused))
                    settings.refused[i] = *word;
        });
    } else if (written) {
        const auto word = in.take("repayment_refused", limits::text_bytes_max, parse_refused);
        std::ranges::fill(settings.refused, word.value_or(RefusedMoney::suspense));
    }
}

Result<NotPayable> parse_not_payable(std::string_view text) {
    if (text == "review")
        return NotPayable::review;
    if (text == "adjust")
        return NotPayable::adjust;
    return fail(Code::value_invalid, "give review or adjust");
}

} // namespace

std::string_view token(RefusalReason reason) {
    return reasons[static_cast<std::size_t>(reason)];
}

Settings read_settings(Reader& in) {
    Settings settings;
    if (std::string name = in.optional_text("bank_connector", limits::text_bytes_max);
        !name.empty())
        settings.bank_connector = std::move(name);
    in.optional_object("debtor", [&](Reader& debtor) { read_debtor(debtor, settings); });
    in.optional_object("channels", [&](Reader& c) { read_channels(c, settings.channels); });
    in.optional_object("loan_fields",
                       [&](Reader& f) { read_loan_fields(f, settings.loan_fields); });
    in.optional_object("transaction_fields",
                       [&](Reader& f) { read_transaction_fields(f, settings.transaction_fields); });
    in.optional_object("chaps", [&](Reader& chaps) { read_chaps(chaps, settings.chaps); });
    read_prepayment(in, settings);
    read_refused(in, settings);
    settings.booking_not_payable =
        in.take("booking_not_payable", limits::text_bytes_max, parse_not_payable)
            .value_or(NotPayable::review);
    settings.time_zone =
        in.take("time_zone", limits::text_bytes_max, TimeZone::parse).value_or(TimeZone());
    return settings;
}

Result<Settings> parse_settings(std::string_view json) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(json));
    Reader in(document.root());
    Settings settings = read_settings(in);
    TRY_VOID(in.finish());
    return settings;
}

std::optional<std::string_view> scheme_of_booking(const Channels& channels,
                                                  std::string_view channel_id) {
    if (channel_id == channels.mbu_disbursement_fps)
        return "fps";
    if (channel_id == channels.mbu_disbursement_chaps)
        return "chaps";
    return std::nullopt;
}

const std::string& disbursement_channel(const Channels& channels, std::string_view scheme) {
    return scheme == "chaps" ? channels.cb_disbursement_chaps : channels.cb_disbursement_fps;
}

const std::string& repayment_channel(const Channels& channels, std::string_view scheme) {
    if (scheme == "bacs")
        return channels.cb_repayment_bacs;
    return scheme == "chaps" ? channels.cb_repayment_chaps : channels.cb_repayment_fps;
}

std::vector<std::string> used_channels(const Channels& c) {
    std::vector<std::string> used{c.mbu_disbursement_fps, c.mbu_disbursement_chaps,
                                  c.cb_disbursement_fps,  c.cb_disbursement_chaps,
                                  c.cb_repayment_fps,     c.cb_repayment_chaps};
    if (!c.cb_repayment_bacs.empty())
        used.push_back(c.cb_repayment_bacs);
    return used;
}

std::vector<FieldPath> used_fields(const LoanFields& fields) {
    return {fields.virtual_account_id, fields.iban}; // the user's is for people, and optional
}

std::vector<FieldPath> used_fields(const TransactionFields& f) {
    std::vector<FieldPath> used;
    for (const FieldPath* const path :
         {&f.creditor_name, &f.creditor_iban, &f.debtor_name, &f.debtor_iban, &f.reference,
          &f.end_to_end_id, &f.status, &f.creditor_sort_code, &f.creditor_account_number,
          &f.bank_transaction_id, &f.creditor_building_number, &f.creditor_building_name,
          &f.creditor_street_name, &f.creditor_town_name, &f.creditor_post_code,
          &f.creditor_country})
        if (path->is_used())
            used.push_back(*path);
    return used;
}

} // namespace settled::connectors::mambu
