// `settled links` and `settled returns`: virtual accounts of loans, and money sent back.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/money_out.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

struct MemberOption {
    std::string_view member;
    std::string_view option;
};

// Members that were not given are left out.
std::string body_of(const Invocation& in, std::span<const MemberOption> members) {
    wire::JsonWriter w;
    w.object();
    for (const MemberOption& each : members)
        if (in.has(each.option))
            w.member(each.member, in.text(each.option));
    w.end();
    return std::move(w).text();
}

std::string link_target(const Invocation& in) {
    return "/v1/links/" + query_text(in.text("ID"));
}

int run_list_links(Invocation& in) {
    return show_list(in, "/v1/links", link_table);
}

int run_show_link(Invocation& in) {
    return show(in, {.method = "GET", .target = link_target(in), .body = ""}, link_report);
}

int run_create_link(Invocation& in) {
    constexpr std::array members{MemberOption{"client_id", "--client-id"},
                                 MemberOption{"connector", "--connector"},
                                 MemberOption{"core_banking", "--core-banking"},
                                 MemberOption{"loan_account_id", "--loan-account"},
                                 MemberOption{"owner_name", "--owner-name"},
                                 MemberOption{"iban", "--iban"}};
    return show(in, {.method = "POST", .target = "/v1/links", .body = body_of(in, members)},
                link_report);
}

int run_disable_link(Invocation& in) {
    return show(in, {.method = "DELETE", .target = link_target(in), .body = ""}, link_report);
}

int run_list_returns(Invocation& in) {
    return show_list(in, "/v1/returns", return_table);
}

int run_show_return(Invocation& in) {
    return show(in,
                {.method = "GET", .target = "/v1/returns/" + query_text(in.text("ID")), .body = ""},
                return_report);
}

int run_create_return(Invocation& in) {
    constexpr std::array members{MemberOption{"client_id", "--client-id"},
                                 MemberOption{"settlement_id", "SETTLEMENT"},
                                 MemberOption{"reason", "--reason"}};
    return show(in, {.method = "POST", .target = "/v1/returns", .body = body_of(in, members)},
                return_report);
}

} // namespace

std::vector<Command> links_commands() {
    const Option tenant = tenant_option("whose links (default main)");
    const Argument id{.name = "ID", .help = "the link's id, lnk_…"};
    return {
        {.name = "links", .sentence = "give loan accounts virtual accounts at the bank"},
        {.name = "links list",
         .sentence = "list links",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list_links},
        {.name = "links show",
         .sentence = "show a link with its calls and webhooks",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .run = run_show_link},
        {.name = "links create",
         .sentence = "have the bank open a virtual account for a loan account",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--connector",
                      .value = "NAME",
                      .help = "the bank's connector",
                      .required = true},
                     {.name = "--loan-account",
                      .value = "ID",
                      .help = "the loan account",
                      .required = true},
                     {.name = "--owner-name", .value = "NAME", .help = "whose account it is"},
                     {.name = "--iban",
                      .value = "IBAN",
                      .help = "the IBAN of the account (default: the bank chooses)"},
                     {.name = "--core-banking",
                      .value = "NAME",
                      .help = "the connector of the core banking system (default: none)"},
                     {.name = "--client-id", .value = "ID", .help = "your id of the link"},
                     tenant},
         .run = run_create_link},
        {.name = "links disable",
         .sentence = "have the bank disable the virtual account of a link",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .run = run_disable_link},
    };
}

std::vector<Command> returns_commands() {
    const Option tenant = tenant_option("whose returns (default main)");
    return {
        {.name = "returns", .sentence = "send money back that arrived"},
        {.name = "returns list",
         .sentence = "list returns",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list_returns},
        {.name = "returns show",
         .sentence = "show a return with its calls and webhooks",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the return's id, ret_…"}},
         .options = {tenant},
         .run = run_show_return},
        {.name = "returns create",
         .sentence = "send the money of a settlement back, once",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "SETTLEMENT", .help = "the settlement's id, stl_…"}},
         .options = {{.name = "--reason",
                      .value = "REASON",
                      .help = "why it goes back",
                      .choices = {"account_closed", "account_unknown", "account_stopped",
                                  "beneficiary_deceased", "name_mismatch", "requested_by_sender",
                                  "not_expected", "terms_do_not_permit", "other"},
                      .required = true},
                     {.name = "--client-id", .value = "ID", .help = "your id of the return"},
                     tenant},
         .run = run_create_return},
    };
}

} // namespace settled::cli
