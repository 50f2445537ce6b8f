#include "bench/match/words.h"

namespace settled::bench {

namespace {

constexpr std::string_view first_names[] = {
    "Ann",   "Bob",   "Carol",  "David", "Elena",  "Farid", "Grace", "Hermione", "Igor",  "Jane",
    "Kwame", "Lucía", "Mehmet", "Nadia", "Oliver", "Priya", "Quinn", "Zoë",      "Søren", "Tomás"};
constexpr std::string_view last_names[] = {
    "Lee",    "Mayer",   "Grainger", "Müller",  "Okafor", "Smith",   "Kowalska", "Nguyen",
    "Patel",  "O'Brien", "Rossi",    "Silva",   "Tanaka", "Weber",   "Young",    "Ivanova",
    "Jensen", "Dubois",  "Evans",    "Fischer", "Haddad", "Larsson", "Moreau",   "Novak"};
constexpr std::string_view shops[] = {"ACME Shop",        "Corvinus Books", "Café Zoë",
                                      "Northwind",        "Herbs & Co",     "M Corvin",
                                      "Ferry Lane Dental"};
constexpr std::string_view cities[] = {"London EC1V", "Leeds", "München", "Lyon 3e", "Bristol"};
constexpr std::string_view everyday[] = {"RENT",    "Rent",   "Deposit",   "For herbs",
                                         "Invoice", "Dinner", "Thank you", "Membership"};

std::string number(Dice& dice, std::size_t length) {
    return dice.text(digits, length);
}

std::string uuid(Dice& dice) {
    constexpr std::string_view hex = "0123456789abcdef";
    return dice.text(hex, 8) + "-" + dice.text(hex, 4) + "-4" + dice.text(hex, 3) + "-a" +
           dice.text(hex, 3) + "-" + dice.text(hex, 12);
}

std::string text(std::string_view piece) {
    return std::string(piece);
}

} // namespace

Person any_person(Dice& dice) {
    return {text(dice.pick(first_names)) + " " + text(dice.pick(last_names)),
            "60161" + dice.text(digits, 9)};
}

std::string any_reference(Dice& dice) {
    const auto kind = dice.below(100);
    if (kind < 25)
        return "INV-" + number(dice, 5 + dice.below(3));
    if (kind < 42)
        return text(dice.pick(shops)) + " order " + number(dice, 6) + "-" + text(dice.pick(cities));
    if (kind < 54)
        return dice.text(capitals_and_digits, 10 + dice.below(3));
    if (kind < 66)
        return "ORDER-2026-" + number(dice, 7);
    if (kind < 74)
        return text(dice.pick(last_names)) + " " + text(dice.pick(cities)) + " " + number(dice, 4);
    if (kind < 79)
        return text(dice.pick(everyday));
    if (kind < 87)
        return "INV#" + number(dice, 6) + "/" + dice.text("abcdef", 1) + "_" + number(dice, 2);
    if (kind < 92)
        return uuid(dice);
    if (kind < 96)
        return text(dice.pick(shops)) + "   " + number(dice, 8) + "   " + text(dice.pick(cities));
    return {};
}

std::string strange_reference(Dice& dice) {
    const auto kind = dice.below(10);
    if (kind < 2)
        return {};
    if (kind < 3)
        return "NOTPROVIDED";
    if (kind < 6)
        return "Transfer " + number(dice, 6);
    if (kind < 8)
        return text(dice.pick(first_names)) + " " + text(dice.pick(last_names)) + " by hand";
    return "Credit " + number(dice, 9);
}

std::string any_end_to_end_id(Dice& dice, const std::string& reference) {
    const auto kind = dice.below(100);
    if (kind < 40)
        return {};
    if (kind < 70)
        return dice.text("abcdefghijklmnopqrstuvwxyz0123456789", 25);
    if (kind < 88)
        return uuid(dice).substr(0, 35);
    if (kind < 93)
        return reference.substr(0, 35); // some use one text for both
    if (kind < 96)
        return number(dice, 5); // too short to say anything
    return "E2E-" + number(dice, 8);
}

} // namespace settled::bench
