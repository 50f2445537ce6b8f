#include "store/run_with.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::store {

namespace {

constexpr std::size_t values_max = 48;

template <std::size_t N>
std::array<Value, N> as_array(const std::vector<Value>& values) {
    std::array<Value, N> array;
    std::copy_n(values.begin(), N, array.begin());
    return array;
}

template <std::size_t N>
Step<Rows> run_n(Session& s, const Statement& statement, std::vector<Value> values) {
    Rows rows = co_await Session::Query<N>(s, statement, as_array<N>(values));
    co_return rows;
}

template <std::size_t N>
Step<> send_n(Session& s, const Statement& statement, std::vector<Value> values) {
    co_await Session::Sent<N>(s, statement, as_array<N>(values));
}

template <std::size_t... N>
constexpr auto runners(std::index_sequence<N...>) {
    return std::array{&run_n<N + 1>...};
}
template <std::size_t... N>
constexpr auto senders(std::index_sequence<N...>) {
    return std::array{&send_n<N + 1>...};
}

} // namespace

Step<Rows> run_with(Session& s, const Statement& statement, std::vector<Value> values) {
    static constexpr auto by_count = runners(std::make_index_sequence<values_max>());
    return by_count.at(values.size() - 1)(s, statement, std::move(values));
}

Step<> send_with(Session& s, const Statement& statement, std::vector<Value> values) {
    static constexpr auto by_count = senders(std::make_index_sequence<values_max>());
    return by_count.at(values.size() - 1)(s, statement, std::move(values));
}

} // namespace settled::store
