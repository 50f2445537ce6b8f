#include "sandbox/control/core_orders.h"

namespace settled::sandbox {

namespace {

constexpr const char* loan_set = "_ClearBank_Loan";
constexpr const char* transaction_set = "_ClearBank_Transaction";

Result<CoreHolder> read_holder(const Input& input) {
    TRY_VOID(input.only({"name", "group", "line1", "line2", "city", "postcode", "country"}));
    CoreHolder holder;
    TRY(const std::string name, input.text("name"));
    TRY(holder.is_group, input.flag_or("group", false));
    const std::size_t space = holder.is_group ? name.npos : name.rfind(' ');
    holder.first_name = space == name.npos ? "" : name.substr(0, space);
    holder.last_name = space == name.npos ? name : name.substr(space + 1);
    TRY(holder.line1, input.text_or("line1", "1 High Street"));
    TRY(holder.line2, input.text_or("line2", ""));
    TRY(holder.city, input.text_or("city", "London"));
    TRY(holder.postcode, input.text_or("postcode", "SW1A 1AA"));
    TRY(holder.country, input.text_or("country", "United Kingdom"));
    return holder;
}

Result<Money> amount_of(const Input& input, std::string_view otherwise) {
    TRY(const std::string digits, input.text_or("amount", otherwise));
    return parse_money(digits, *Currency::parse("GBP"));
}

void set_field(CustomFields& fields, const char* set, const std::string& field,
               const std::string& value) {
    if (!value.empty())
        fields[set][field] = value;
}

Result<std::vector<std::string>> texts_of(const Input& input, std::string_view name) {
    std::vector<std::string> texts;
    const auto list = input.member(name);
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto text = list->at(i).string();
        if (!text)
            return fail(Code::value_invalid, std::string(name) + " must be texts");
        texts.emplace_back(*text);
    }
    return texts;
}

} // namespace

Result<NewCoreLoan> read_core_loan(const Input& input) {
    TRY_VOID(input.only({"id", "amount", "state", "currency", "holder", "virtual_account_id",
                         "iban", "notify", "count"}));
    NewCoreLoan wanted;
    TRY(wanted.loan.id, input.text_or("id", ""));
    TRY(wanted.loan.state, input.text_or("state", "APPROVED"));
    TRY(wanted.loan.currency, input.text_or("currency", "GBP"));
    TRY(const Money amount, amount_of(input, "1000.00"));
    wanted.loan.amount_minor = amount.minor;
    wanted.loan.holder.first_name = "Ann";
    wanted.loan.holder.last_name = "Lee";
    if (const auto holder = input.part("holder")) {
        TRY(wanted.loan.holder, read_holder(*holder));
    }
    TRY(const std::string account, input.text_or("virtual_account_id", ""));
    TRY(const std::string iban, input.text_or("iban", ""));
    set_field(wanted.loan.fields, loan_set, "virtualAccountId", account);
    set_field(wanted.loan.fields, loan_set, "ibanLoan", iban);
    TRY(wanted.notifies, input.flag_or("notify", true));
    return wanted;
}

Result<NewCoreBooking> read_core_booking(const Input& input) {
    TRY_VOID(input.only(
        {"amount", "channel", "creditor", "reference", "created_us", "notify", "fields"}));
    NewCoreBooking wanted;
    wanted.order.by_api = false;
    if (input.member("amount")) {
        TRY(const Money amount, amount_of(input, ""));
        wanted.order.amount_minor = amount.minor;
    }
    TRY(wanted.order.channel, input.text_or("channel", "MBU_Loan_Disbursement_FPS"));
    CustomFields& fields = wanted.order.fields;
    TRY(const std::string reference, input.text_or("reference", ""));
    set_field(fields, transaction_set, "paymentReference", reference);
    if (const auto creditor = input.part("creditor")) {
        TRY_VOID(creditor->only({"name", "iban", "sort_code", "account_number"}));
        TRY(const std::string name, creditor->text_or("name", ""));
        TRY(const std::string iban, creditor->text_or("iban", ""));
        TRY(const std::string sort_code, creditor->text_or("sort_code", ""));
        TRY(const std::string number, creditor->text_or("account_number", ""));
        set_field(fields, transaction_set, "creditorName", name);
        set_field(fields, transaction_set, "creditorIBAN", iban);
        set_field(fields, transaction_set, "creditorSortCode", sort_code);
        set_field(fields, transaction_set, "creditorAccountNumber", number);
    }
    if (const auto more = input.member("fields"))
        for (std::size_t i = 0; i < more->size(); ++i)
            set_field(fields, transaction_set, std::string(more->name_at(i)),
                      std::string(more->at(i).string().value_or("")));
    TRY(const std::int64_t created,
        input.integer_or("created_us", 0, 0, std::int64_t{4'000'000'000} * 1'000'000));
    if (created != 0)
        wanted.created = Instant{created};
    TRY(wanted.notifies, input.flag_or("notify", true));
    return wanted;
}

Result<CoreSetup> read_core_setup(const Input& input) {
    TRY_VOID(input.only({"without_channels", "without_fields", "time_zone", "currency"}));
    CoreSetup setup = published_setup();
    TRY(const std::vector<std::string> channels, texts_of(input, "without_channels"));
    for (const std::string& channel : channels)
        setup.channels.erase(channel);
    TRY(const std::vector<std::string> fields, texts_of(input, "without_fields"));
    for (const std::string& name : fields) {
        const std::size_t point = std::min(name.find('.'), name.size() - 1);
        for (auto* const sets : {&setup.loan_fields, &setup.transaction_fields})
            if (const auto set = sets->find(name.substr(0, point)); set != sets->end())
                set->second.erase(name.substr(point + 1));
    }
    TRY(setup.time_zone, input.text_or("time_zone", setup.time_zone));
    TRY(setup.currency, input.text_or("currency", setup.currency));
    return setup;
}

} // namespace settled::sandbox
