#include "worker/endpoint_loader.h"

#include "observe/log.h"

namespace settled::worker {

namespace {

struct Loaded {
    std::vector<store::EndpointRow> rows;
    std::vector<store::EndpointState> states;
};

store::Step<Loaded> read_all(store::Session& s) {
    Loaded loaded;
    loaded.rows = co_await store::all_active_endpoints(s);
    loaded.states = co_await store::all_endpoint_states(s);
    co_return loaded;
}

struct LoadedOne {
    std::optional<store::EndpointRow> row;
    store::EndpointState state;
};

store::Step<LoadedOne> read_one(store::Session& s, TenantId tenant, EndpointId id) {
    LoadedOne loaded;
    loaded.row = co_await store::find_endpoint(s, tenant, id);
    loaded.state = co_await store::find_endpoint_state(s, tenant, id);
    co_return loaded;
}

} // namespace

Task<> EndpointLoader::load_all() {
    const EndpointCache::Reading reading(book_);
    is_behind_ = false;
    const auto loaded = co_await store_.read<Loaded>(read_all);
    if (loaded)
        book_.load(reading, loaded->rows, loaded->states);
    else
        note_unreadable(loaded.error());
}

Task<> EndpointLoader::load_one(TenantId tenant, EndpointId id) {
    if (is_behind_)
        co_return co_await load_all();
    const EndpointCache::Reading reading(book_);
    const auto loaded = co_await store_.read<LoadedOne>(
        [tenant, id](store::Session& s) { return read_one(s, tenant, id); });
    if (loaded)
        book_.load_one(reading, id, loaded->row, loaded->state);
    else
        note_unreadable(loaded.error());
}

void EndpointLoader::note_unreadable(const Error& error) {
    is_behind_ = true;
    log::lasting("endpoints.unreadable", error, {});
}

} // namespace settled::worker
