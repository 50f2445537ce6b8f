#include "statements/statement.h"

namespace settled::statements {

std::string_view token(Kind kind) {
    return kind == Kind::statement ? "statement" : "notification";
}

} // namespace settled::statements
