// Answers as a session is shown them: of an IBAN the first four and the last four characters, of an
// account number the last four digits.
//
// Every answer to a session goes through here, whatever the route, so that a new route cannot
// forget it. What is masked: members that hold an account by their name, wherever they stand; in
// any text, what has the shape of an IBAN; in any text, the account numbers that this answer holds
// elsewhere, alone or inside an IBAN. The body of a message (a member named `body` or `reply`) is a
// text that holds JSON: it is masked as JSON, and in it every group of eight or fourteen digits, as
// account numbers have them in the United Kingdom; a body that is no JSON becomes null.
//
// Pure. The text is well-formed JSON, as this program writes it, of any size; or parts of such
// text, as server-sent events have them.
#pragma once

#include <string>
#include <string_view>

namespace settled::api {

std::string masked(std::string_view json);

// One IBAN or account number: "GB57**************7354", "****5678".
std::string masked_account_text(std::string_view text);

} // namespace settled::api
