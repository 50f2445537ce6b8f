#include "store/session.h"

namespace settled::store {

namespace {

// Grows during static initialisation, which is single-threaded.
std::vector<const Statement*>& statements() {
    static std::vector<const Statement*> all;
    return all;
}

} // namespace

Statement::Statement(std::string_view text) : text_(text), number_(statements().size()) {
    statements().push_back(this);
}

std::span<const Statement* const> Statement::all() {
    return statements();
}

} // namespace settled::store
