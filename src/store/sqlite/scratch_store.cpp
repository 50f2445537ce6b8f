#include "store/sqlite/scratch_store.h"

#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace settled::store::sqlite {

Result<std::unique_ptr<ScratchStore>> ScratchStore::make() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string pattern = (parent / "settled-replay-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) // mode 0700
        return fail(Code::io_failed, fmt::format("cannot make {}: {}", pattern,
                                                 std::generic_category().message(errno)));
    std::unique_ptr<ScratchStore> made(new ScratchStore(std::move(pattern)));
    TRY(made->store_, open({.directory = made->directory_}));
    return made;
}

ScratchStore::~ScratchStore() {
    if (store_)
        store_->stop();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

} // namespace settled::store::sqlite
