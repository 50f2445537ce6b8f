#include "wire/money.h"

namespace settled::wire {

void write_money(JsonWriter& w, std::string_view name, const Money& money) {
    w.key(name).object().member("value", decimal(money));
    w.member("currency", money.currency.code()).end();
}

} // namespace settled::wire
