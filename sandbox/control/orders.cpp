#include "sandbox/control/orders.h"

#include "sandbox/bounds.h"

#include <fmt/format.h>

namespace settled::sandbox {

namespace {

constexpr auto number_max = std::int64_t{1} << 40;

Result<Tamper> read_tamper(const Input& input) {
    TRY(const std::string word, input.text_or("tamper", "none"));
    if (word == "none")
        return Tamper::none;
    if (word == "unsigned")
        return Tamper::unsigned_;
    if (word == "signature")
        return Tamper::signature;
    if (word == "body")
        return Tamper::body;
    return fail(Code::value_invalid, "tamper must be none, unsigned, signature or body");
}

Result<SendOptions> read_send(const Input& input) {
    SendOptions send;
    TRY(const std::int64_t duplicates,
        input.integer_or("duplicates", 0, 0, std::int64_t{bounds::duplicates_max}));
    send.duplicates = static_cast<std::size_t>(duplicates);
    TRY(send.tamper, read_tamper(input));
    // What is wrong on purpose is tried once, unless more is asked for.
    TRY(const std::int64_t attempts,
        input.integer_or("attempts_max", send.tamper == Tamper::none ? 0 : 1, 0, 1000));
    send.attempts_max = static_cast<int>(attempts);
    return send;
}

Result<Mutations> read_mutations(const Input& input) {
    Mutations done;
    const std::optional<Input> part = input.part("mutations");
    if (!part)
        return done;
    TRY_VOID(part->only({"cut", "upper", "blank", "prefix", "drop_end_to_end_id", "drop_payer"}));
    TRY(const std::int64_t cut, part->integer_or("cut", 0, 0, 1000));
    done.cut = static_cast<std::size_t>(cut);
    TRY(done.upper, part->flag_or("upper", false));
    TRY(done.blank, part->flag_or("blank", false));
    TRY(done.prefix, part->text_or("prefix", ""));
    TRY(done.drop_end_to_end_id, part->flag_or("drop_end_to_end_id", false));
    TRY(done.drop_payer, part->flag_or("drop_payer", false));
    return done;
}

Result<> read_party(const Input& input, std::string_view name, std::string& party_name,
                    std::string& party_iban) {
    const std::optional<Input> part = input.part(name);
    if (!part)
        return {};
    TRY_VOID(part->only({"name", "iban"}));
    TRY(party_name, part->text_or("name", ""));
    TRY(party_iban, part->text_or("iban", ""));
    return {};
}

} // namespace

Result<Series> read_series(const Input& input) {
    Series series;
    TRY(const std::int64_t count, input.integer_or("count", 1, 1, std::int64_t{bounds::batch_max}));
    series.count = static_cast<std::size_t>(count);
    TRY(series.first, input.integer_or("first", 1, 0, number_max));
    TRY(series.spread, input.integer_or("amount_spread", 1, 1, 1'000'000));
    return series;
}

std::string numbered(const std::string& prefix, std::int64_t number) {
    return prefix.empty() ? std::string() : fmt::format("{}{:06}", prefix, number);
}

Money amount_at(Money amount, const Series& series, std::int64_t number) {
    return {amount.minor + number % series.spread, amount.currency};
}

Result<SettleOrder> read_settle_order(const Input& input) {
    SettleOrder order;
    SettledPayment& payment = order.payment;
    TRY(payment.account_iban, input.text("account"));
    TRY(payment.account_owner, input.text_or("owner", ""));
    TRY(payment.amount, input.amount());
    TRY(payment.scheme, input.text_or("scheme", "FasterPayments"));
    TRY(payment.reference, input.text_or("reference", ""));
    TRY(payment.end_to_end_id, input.text_or("end_to_end_id", ""));
    TRY(payment.uetr, input.text_or("uetr", ""));
    TRY_VOID(read_party(input, "payer", payment.payer_name, payment.payer_iban));
    TRY(payment.is_return, input.flag_or("is_return", false));
    TRY(const std::string direction, input.text_or("direction", "credit"));
    if (direction != "credit" && direction != "debit")
        return fail(Code::value_invalid, "direction must be credit or debit");
    payment.credit = direction == "credit";
    TRY(payment.mutations, read_mutations(input));
    TRY(order.send, read_send(input));
    return order;
}

SettledPayment item_of(const SettleOrder& order, const Series& series, std::int64_t number) {
    SettledPayment payment = order.payment;
    payment.reference = numbered(payment.reference, number);
    payment.end_to_end_id = numbered(payment.end_to_end_id, number);
    payment.amount = amount_at(payment.amount, series, number);
    return payment;
}

Result<ProviderOrder> read_provider_order(const Input& input) {
    ProviderOrder order;
    ProviderPayment& payment = order.payment;
    TRY(payment.id, input.text_or("id", ""));
    TRY(payment.institution_id, input.text_or("institution_id", payment.institution_id));
    TRY(payment.scheme, input.text_or("scheme", payment.scheme));
    TRY(payment.amount, input.amount());
    TRY(payment.reference, input.text_or("reference", ""));
    TRY(payment.end_to_end_id, input.text_or("end_to_end_id", ""));
    TRY_VOID(read_party(input, "payee", payment.payee_name, payment.payee_iban));
    TRY_VOID(read_party(input, "payer", payment.payer_name, payment.payer_iban));
    if (payment.payee_iban.empty())
        return fail(Code::member_missing, "payee.iban is needed");
    TRY(const std::string format, input.text_or("format", "native"));
    if (format != "native" && format != "yapily")
        return fail(Code::value_invalid, "format must be native or yapily");
    order.as_yapily = format == "yapily";
    TRY(order.registers, input.flag_or("register", true));
    return order;
}

ProviderPayment item_of(const ProviderOrder& order, const Series& series, std::int64_t number) {
    ProviderPayment payment = order.payment;
    payment.id = numbered(payment.id, number);
    payment.reference = numbered(payment.reference, number);
    payment.end_to_end_id = numbered(payment.end_to_end_id, number);
    payment.amount = amount_at(payment.amount, series, number);
    return payment;
}

Result<RawOrder> read_raw_order(const Input& input) {
    TRY_VOID(input.only(
        {"type", "version", "payload", "label", "duplicates", "tamper", "attempts_max"}));
    RawOrder order;
    TRY(order.payload.type, input.text("type"));
    TRY(const std::int64_t version, input.integer_or("version", 1, 0, 1000));
    order.payload.version = static_cast<int>(version);
    TRY(order.payload.label, input.text_or("label", ""));
    const std::optional<wire::Json> payload = input.member("payload");
    if (!payload)
        return fail(Code::member_missing, "payload is needed");
    order.payload.json = payload->raw();
    TRY(order.send, read_send(input));
    return order;
}

Result<ReleaseOptions> read_release(const Input& input) {
    TRY_VOID(input.only({"shuffle", "duplicates", "seed"}));
    ReleaseOptions release;
    TRY(release.shuffle, input.flag_or("shuffle", false));
    TRY(const std::int64_t duplicates,
        input.integer_or("duplicates", 0, 0, std::int64_t{bounds::duplicates_max}));
    release.duplicates = static_cast<std::size_t>(duplicates);
    TRY(const std::int64_t seed, input.integer_or("seed", 1, 0, number_max));
    release.seed = static_cast<std::uint64_t>(seed);
    return release;
}

} // namespace settled::sandbox
