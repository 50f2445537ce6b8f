#include "sandbox/bank/payments/carriage.h"

namespace settled::sandbox {

namespace {

void cut(std::string& text, std::size_t characters) {
    if (text.size() > characters)
        text.resize(characters);
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

void upper(std::string& text) {
    for (char& c : text)
        c = upper(c);
}

// Bacs Standard 18: capitals, digits, space and . & / -; anything else becomes a space.
void bacs_characters(std::string& text) {
    constexpr std::string_view others = " .&/-";
    for (char& c : text) {
        c = upper(c);
        const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          others.find(c) != std::string_view::npos;
        c = kept ? c : ' ';
    }
}

void apply_scheme(SettledPayment& payment) {
    if (payment.scheme == "FasterPayments") {
        // ClearBank "Faster Payments": reference cut to 18 and name to 35 before the scheme. Open
        // Banking read/write API: Faster Payments has access to 31 characters of the end-to-end id.
        cut(payment.reference, 18);
        cut(payment.payer_name, 35);
        cut(payment.end_to_end_id, 31);
    } else if (payment.scheme == "Bacs") {
        // No end-to-end id reaches the receiver; reference and name have 18 characters.
        bacs_characters(payment.reference);
        bacs_characters(payment.payer_name);
        cut(payment.reference, 18);
        cut(payment.payer_name, 18);
        payment.end_to_end_id.clear();
    } else if (payment.scheme == "Chaps") {
        cut(payment.reference, 35);
        cut(payment.end_to_end_id, 35);
    }
}

void apply_mutations(SettledPayment& payment) {
    const Mutations& done = payment.mutations;
    if (!done.prefix.empty())
        payment.reference.insert(0, done.prefix);
    if (done.upper)
        upper(payment.reference);
    if (done.cut != 0)
        cut(payment.reference, done.cut);
    if (done.blank)
        payment.reference.clear();
    if (done.drop_end_to_end_id)
        payment.end_to_end_id = "NOTPROVIDED";
    if (done.drop_payer) {
        payment.payer_name.clear();
        payment.payer_iban.clear();
    }
}

} // namespace

SettledPayment carried(SettledPayment payment) {
    apply_scheme(payment);
    apply_mutations(payment);
    return payment;
}

} // namespace settled::sandbox
