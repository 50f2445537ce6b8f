// A new installation for the demo: settings, an API key, and the model bank as a connector that sends
// webhooks and is called. Made through the same calls as `settled keys create` and `settled connectors
// add`, before the server runs.
#pragma once

#include "base/secret.h"
#include "demo/demo_keys.h"
#include "demo/server_process.h"
#include "sandbox/keys/key_files.h"

#include <string>

namespace settled::demo {

// A directory of its own, mode 0700, under $TMPDIR or /tmp; gone at the end unless kept.
class WorkDirectory {
  public:
    static Result<WorkDirectory> make(bool keep);
    ~WorkDirectory();
    WorkDirectory(WorkDirectory&& other) noexcept;
    WorkDirectory& operator=(WorkDirectory&&) = delete;

    const std::string& path() const { return path_; }

  private:
    WorkDirectory(std::string path, bool keep) : path_(std::move(path)), keep_(keep) {}

    std::string path_;
    bool keep_;
};

// Times that make a story of hours fit into seconds.
inline constexpr int unmatched_after_seconds = 1;

// Where a store is that several nodes can share, and the one master key that they need for it.
struct SharedStore {
    std::string url; // postgresql://…; empty: each server has its SQLite
    std::string master_key_file;
};

// Where the bank's API is, the institution's account there, and the platform's API.
struct BankPlace {
    std::string api_url;
    std::string institution_account;
    std::string platform_url;
};

// Writes the settings and opens the store once for each call. Gives the API key, which is in no
// file and no argument. The URL is in no file either. The institution's key and the bank's token are
// put where `keys_in` says, and read from there.
Result<Secret> prepare_installation(const ServerPlace& place, const SharedStore& store,
                                    const BankPlace& bank, const sandbox::KeyFiles& keys,
                                    KeysIn keys_in);

// Where the core bank's API is, and the bank's account that its loans are paid from.
struct CoreBankPlace {
    std::string api_url;
    std::string debtor_iban;
};
inline constexpr std::string_view core_bank_name = "mambu";

// As the operator, who may name files anywhere: the connector comes and goes while the server runs.
Result<> add_core_bank(const ServerPlace& place, const SharedStore& store,
                       const CoreBankPlace& core_bank, const sandbox::KeyFiles& keys);
Result<> remove_core_bank(const ServerPlace& place, const SharedStore& store);

} // namespace settled::demo
