#include "store/session.h"

namespace settled::store {

namespace {

// Counts up during static initialisation, which is single-threaded.
std::size_t& statements() {
    static std::size_t count = 0;
    return count;
}

} // namespace

Statement::Statement(std::string_view text) : text_(text), number_(statements()++) {}

std::size_t Statement::count() {
    return statements();
}

} // namespace settled::store
