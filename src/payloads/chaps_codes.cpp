#include "payloads/chaps_codes.h"

#include <algorithm>
#include <array>

namespace settled::payloads {

namespace {

constexpr std::array<std::string_view, 127> purposes{
    "BKFE", "BKIP", "BKPP", "CBLK", "ACCT", "CASH", "COLL", "CSDB", "DEPT", "INTC", "INTP", "LIMA",
    "NETT", "EXTD", "OTCD", "REPO", "SBSC", "SLEB", "AGRT", "AREN", "BEXP", "BOCE", "COMC", "CPYR",
    "GDSV", "GSCB", "LICF", "ROYA", "SERV", "SUBS", "SUPP", "TRAD", "CHAR", "COMT", "ECPR", "EPAY",
    "CLPR", "COMP", "DBTC", "HLRP", "HLST", "INPC", "INPR", "INSC", "INSU", "INTE", "LBRI", "LIFI",
    "LOAN", "LOAR", "PENO", "PPTI", "RELG", "TRFD", "FORW", "FXNT", "BLDM", "BNET", "CDBL", "CORT",
    "CPKC", "EDUC", "FAND", "FEES", "GIFT", "GOVT", "INSM", "IVPT", "REBT", "REFU", "RENT", "REOD",
    "TCSC", "CMDT", "DERI", "DIVD", "FREX", "HEDG", "INVS", "SAVG", "SECU", "TREA", "FNET", "FUTR",
    "DNTS", "HLTI", "LTCF", "MDCS", "VIEW", "SWFP", "SWPP", "SWRS", "SWUF", "ADCS", "ALMY", "BECH",
    "BENE", "BONU", "COMM", "HREC", "PEFC", "PENS", "SALA", "SSBE", "LREB", "LREV", "ESTX", "HSTX",
    "INTX", "PTXP", "RDTX", "TAXS", "VATX", "WHLD", "TAXR", "CBTV", "ELEC", "GASB", "PHON", "UBIL",
    "WTER", "GAMB", "LOTT", "PCOM", "PDEP", "PLDS", "PLRF"};
constexpr std::array<std::string_view, 28> category_purposes{
    "BONU", "CASH", "CBLK", "CCRD", "CORT", "DCRD", "DIVI", "DVPM", "FCOL", "GP2P",
    "GOVT", "HEDG", "INTC", "INTE", "LOAN", "MP2P", "OTHR", "PENS", "RRCT", "SALA",
    "SECU", "SSBE", "SUPP", "TAXS", "TRAD", "TREA", "VATX", "WHLD"};

} // namespace

bool is_chaps_purpose(std::string_view code) {
    return std::ranges::find(purposes, code) != purposes.end();
}

bool is_chaps_category_purpose(std::string_view code) {
    return std::ranges::find(category_purposes, code) != category_purposes.end();
}

} // namespace settled::payloads
