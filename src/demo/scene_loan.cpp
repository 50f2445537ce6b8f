// A loan lives in the core bank: it gets an account, is paid out and repaid, and a disbursement that the
// bank rejects is taken back. Each is booked once, by the books of both sides.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"

#include <algorithm>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view loan_id = "LN-9001";
constexpr std::string_view holder = "Zoe Miller";
constexpr std::string_view account_set = "_ClearBank_Loan";
constexpr std::string_view payment_set = "_ClearBank_Transaction";
constexpr std::int64_t lent_pence = 500'000;
constexpr std::int64_t repaid_pence = 12'500;
constexpr std::int64_t rejected_pence = 100'000;

std::string field(const sandbox::CustomFields& fields, std::string_view set,
                  std::string_view name) {
    const auto found = fields.find(std::string(set));
    if (found == fields.end())
        return {};
    const auto value = found->second.find(std::string(name));
    return value == found->second.end() ? std::string() : value->second;
}

// A lender opens and approves it there.
sandbox::CoreLoan* open_loan(World& world) {
    sandbox::CoreLoan loan;
    loan.id = loan_id;
    loan.amount_minor = lent_pence + rejected_pence;
    loan.holder.first_name = "Zoe";
    loan.holder.last_name = "Miller";
    const auto opened = world.sandbox().core_books().open(std::move(loan));
    if (!opened)
        return nullptr;
    world.sandbox().core_webhooks().loan_approved(**opened);
    return *opened;
}

// A person disburses there, for Faster Payments.
sandbox::CoreBooking* disburse(World& world, sandbox::CoreLoan& loan, std::int64_t pence) {
    sandbox::CoreOrder order;
    order.amount_minor = pence;
    order.channel = "MBU_Loan_Disbursement_FPS";
    order.by_api = false;
    auto& fields = order.fields[std::string(payment_set)];
    fields["creditorName"] = holder;
    fields["creditorIBAN"] = "GB29NWBK60161331926819";
    fields["paymentReference"] = loan_id;
    const auto booked = world.sandbox().core_books().disburse(loan, std::move(order));
    if (!booked)
        return nullptr;
    world.sandbox().core_webhooks().loan_disbursed(loan, **booked);
    return *booked;
}

std::vector<const sandbox::CoreBooking*> booked_as(World& world, std::string_view type) {
    std::vector<const sandbox::CoreBooking*> found;
    for (const sandbox::CoreBooking& booking : world.sandbox().core_books().journal())
        if (booking.type == type)
            found.push_back(&booking);
    return found;
}

Task<bool> is_linked(Stage& stage, sandbox::CoreLoan& loan) {
    World& world = stage.world;
    const bool linked = co_await world.until(
        [&loan] { return !field(loan.fields, account_set, "ibanLoan").empty(); });
    const std::string iban = field(loan.fields, account_set, "ibanLoan");
    stage.check("approved there: it shows the IBAN of an account", linked, iban);
    const auto* const account = world.sandbox().accounts().by_iban(iban);
    co_return stage.check("the bank's books have it in the borrower's name",
                          account != nullptr && account->owner_name == holder,
                          account != nullptr ? account->owner_name : std::string());
}

Task<> is_paid_out(Stage& stage, sandbox::CoreLoan& loan) {
    World& world = stage.world;
    const sandbox::CoreBooking* const booking = disburse(world, loan, lent_pence);
    if (!stage.check("disbursed there, by Faster Payments", booking != nullptr,
                     shown_pounds(lent_pence)))
        co_return;
    const bool settled = co_await world.until([booking] {
        return field(booking->fields, payment_set, "transactionStatus") == "Settled";
    });
    stage.check("paid, and the transaction says so there", settled, "Settled");
    check_paid_once(stage, booking->key, lent_pence);
}

Task<> is_repaid(Stage& stage, const sandbox::CoreLoan& loan) {
    World& world = stage.world;
    sandbox::SettledPayment money = stage.money_of({"", repaid_pence, "INSTALMENT 1", true});
    money.account_iban = field(loan.fields, account_set, "ibanLoan");
    money.account_owner = holder;
    money.end_to_end_id = "INSTALMENT-1";
    const auto sent = world.settle(std::move(money), 1); // the bank says it twice
    if (!stage.check("an instalment arrives, and the bank reports it twice", sent.has_value(),
                     shown_pounds(repaid_pence)))
        co_return;
    const bool came =
        co_await world.until([&world] { return !booked_as(world, "REPAYMENT").empty(); });
    const auto repayments = booked_as(world, "REPAYMENT");
    const bool is_once = came && repayments.size() == 1 &&
                         repayments[0]->amount_minor == repaid_pence &&
                         repayments[0]->external_id == sent->transaction_id + "-CR";
    stage.check("the core bank's own books: one repayment, by the bank's id", is_once,
                shown_pounds(repaid_pence), fmt::format("{} repayments", repayments.size()));
}

Task<> is_taken_back(Stage& stage) {
    World& world = stage.world;
    sandbox::CoreLoan other;
    other.id = "LN-9002";
    other.amount_minor = rejected_pence;
    other.holder.last_name = "Moss";
    const auto opened = world.sandbox().core_books().open(std::move(other));
    sandbox::PaymentRule reject;
    reject.amount_minor = rejected_pence;
    reject.treatment.outcome = sandbox::Outcome::reject;
    reject.treatment.detail = "AC04";
    world.sandbox().payment_rules().set({reject});
    const sandbox::CoreBooking* const booking =
        opened ? disburse(world, **opened, rejected_pence) : nullptr;
    if (!stage.check("another loan is disbursed to an account that is closed", booking != nullptr,
                     shown_pounds(rejected_pence)))
        co_return;
    const bool undone = co_await world.until([booking] { return !booking->adjusted_by.empty(); });
    const auto adjustments = booked_as(world, "DISBURSEMENT_ADJUSTMENT");
    stage.check("the bank rejects it: taken back there, once, with a note",
                undone && adjustments.size() == 1 && !adjustments[0]->notes.empty(), {},
                fmt::format("{} adjustments", adjustments.size()));
    stage.equal("and nothing is owed on that loan", (*opened)->owed_minor, std::int64_t{0},
                shown_pounds(0));
    world.sandbox().payment_rules().set({});
}

} // namespace

Task<> scene_loan(Stage& stage) {
    World& world = stage.world;
    stage.begin("A loan lives in a core bank",
                "A model Mambu is connected. A loan that is approved there gets an account at the "
                "bank, is paid out, and repaid; what the bank rejects is taken back there.");
    if (!stage.check("the core bank is connected", world.add_core_bank().has_value()))
        co_return;
    sandbox::CoreLoan* const loan = open_loan(world);
    if (stage.check("a loan is opened and approved there", loan != nullptr, loan_id)) {
        const bool linked = co_await is_linked(stage, *loan);
        co_await is_paid_out(stage, *loan);
        if (linked)
            co_await is_repaid(stage, *loan);
        co_await is_taken_back(stage);
    }
    stage.check("the core bank is disconnected", world.remove_core_bank().has_value());
}

} // namespace settled::demo
