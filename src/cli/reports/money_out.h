// Orders, links, returns, postings, Bacs items, calls and connectors as tables and reports for a terminal. Each value is
// as the API shows it (openapi.yaml). Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string order_table(const std::vector<wire::Json>& orders);
std::string order_report(const wire::Json& order);
std::string link_table(const std::vector<wire::Json>& links);
std::string link_report(const wire::Json& link);
std::string return_table(const std::vector<wire::Json>& returns);
std::string return_report(const wire::Json& money_return);
std::string posting_table(const std::vector<wire::Json>& postings);
std::string posting_report(const wire::Json& posting);
std::string bacs_table(const std::vector<wire::Json>& items);
std::string bacs_report(const wire::Json& item);
std::string call_table(const std::vector<wire::Json>& calls);
std::string call_report(const wire::Json& call);

} // namespace settled::cli
