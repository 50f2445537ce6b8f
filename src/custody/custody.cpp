#include "custody/custody.h"

#include "custody/aws/uri.h"
#include "custody/file/secret_file.h"
#include "custody/file/watched_files.h"
#include "custody/operations.h"
#include "custody/schemes.h"

#include <fmt/format.h>

#include <filesystem>

namespace settled::custody {
namespace {

constexpr std::string_view file_scheme = "file:";

// nullptr: its keys are texts.
Result<std::shared_ptr<crypto::Signer>> open_counted(const Scheme& scheme, std::string_view uri) {
    TRY(auto opened, scheme.open_signer(uri));
    return opened ? counted_signer(scheme.kind(), std::move(opened)) : nullptr;
}

std::unexpected<Error> about(std::string_view shown, const Error& error) {
    return fail(error.code, fmt::format("{}: {}", shown, error.detail));
}

} // namespace

void KeyMemory::begin(Clock::Steady now) {
    now_ = now;
    trouble_.reset();
    for (auto& [name, entry] : entries_)
        entry.is_asked_for = false;
}

void KeyMemory::end() {
    std::erase_if(entries_, [](const auto& item) { return !item.second.is_asked_for; });
}

void KeyMemory::keep(const std::string& name, const Secret& content) {
    entries_.insert_or_assign(name, Entry{.content = content.copy()});
}

void KeyMemory::keep(const std::string& name, const std::shared_ptr<crypto::Signer>& signer) {
    entries_.insert_or_assign(name, Entry{.signer = signer});
}

KeyMemory::Entry* KeyMemory::find(const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end())
        return nullptr;
    found->second.is_asked_for = true;
    return &found->second;
}

void KeyMemory::note(const Error& trouble) {
    if (!trouble_)
        trouble_ = trouble;
}

void KeyMemory::note_read(std::string_view uri, Outcome outcome) {
    LastRead& read = reads_[std::string(uri)];
    read.is_good = outcome == Outcome::good;
    if (outcome != Outcome::kept)
        read.kept_since.reset();
    else if (!read.kept_since)
        read.kept_since = now_;
}

std::optional<bool> KeyMemory::is_good(std::string_view uri) const {
    const auto found = reads_.find(uri);
    return found == reads_.end() ? std::nullopt : std::optional(found->second.is_good);
}

std::optional<Clock::Steady> KeyMemory::kept_since(std::string_view uri) const {
    const auto found = reads_.find(uri);
    return found == reads_.end() ? std::nullopt : found->second.kept_since;
}

std::optional<Secret> KeyMemory::recall(const std::string& name, const Error& trouble) {
    const Entry* const entry = find(name);
    if (entry == nullptr)
        return std::nullopt;
    note(trouble);
    return entry->content.copy();
}

std::shared_ptr<crypto::Signer> KeyMemory::signer(const std::string& name) {
    const Entry* const entry = find(name);
    return entry == nullptr ? nullptr : entry->signer;
}

std::shared_ptr<crypto::Signer> KeyMemory::recall_signer(const std::string& name,
                                                         const Error& trouble) {
    auto kept = signer(name);
    if (kept)
        note(trouble);
    return kept;
}

Custody Custody::of_tenant(std::string directory) {
    Custody custody;
    custody.is_confined_ = true;
    custody.directory_ = std::filesystem::absolute(directory).lexically_normal().string();
    return custody;
}

Custody Custody::with(KeyMemory& memory) const {
    Custody custody = *this;
    custody.memory_ = &memory;
    return custody;
}

Custody Custody::without_memory() const {
    Custody custody = *this;
    custody.memory_ = nullptr;
    return custody;
}

Custody Custody::in_doubt() const {
    Custody custody = *this;
    custody.kept_is_ = Freshness::doubted;
    return custody;
}

// What is in use is read again when it changes.
void Custody::watch(std::string_view path) const {
    if (memory_ == nullptr)
        return;
    const std::string name(path);
    watch_file(!is_confined_ || name.starts_with(directory_ + "/") ? name
                                                                   : directory_ + "/" + name);
}

Result<Secret> Custody::read_file(std::string_view path, std::string_view shown,
                                  bool is_secret) const {
    const FileIs is = is_secret ? FileIs::secret : FileIs::open;
    watch(path);
    if (!is_confined_)
        return read_key_file(std::string(path), shown, is);
    if (path.starts_with(directory_ + "/"))
        path.remove_prefix(directory_.size() + 1);
    return read_key_file_below(directory_, std::string(path), shown, is);
}

Result<> Custody::check_tenants(std::string_view uri) const {
    const std::string tenant = std::filesystem::path(directory_).filename().string();
    if (!is_confined_ || aws::is_tenants(uri, tenant_prefix(), tenant))
        return {};
    return fail(Code::key_unreadable, "a tenant names secrets by file:NAME");
}

Result<Secret> Custody::read_named(std::string_view uri) const {
    if (uri.starts_with(file_scheme))
        return counted(Kind::file,
                       [&] { return read_file(uri.substr(file_scheme.size()), uri, true); });
    TRY_VOID(check_tenants(uri));
    TRY(const auto scheme, scheme_of(uri));
    const auto read = [&] {
        return memory_ == nullptr ? scheme->read(uri) : scheme->read_kept(uri, kept_is_);
    };
    // What a place keeps is read from memory mostly: it counts by itself what it fetches.
    return scheme->counts_itself() ? read() : counted(scheme->kind(), read);
}

Result<Secret> Custody::remembered(std::string_view name, Result<Secret> read,
                                   const KeyCheck& check) const {
    if (read && check)
        if (const auto fit = check(read->reveal()); !fit)
            read = about(name, fit.error());
    if (memory_ == nullptr)
        return read;
    if (read) {
        memory_->note_read(name, KeyMemory::Outcome::good);
        memory_->keep(where(name), *read);
        return read;
    }
    auto last = memory_->recall(where(name), read.error());
    memory_->note_read(name, last ? KeyMemory::Outcome::kept : KeyMemory::Outcome::bad);
    return last ? Result<Secret>(*std::move(last)) : std::move(read);
}

Result<Secret> Custody::read_secret(std::string_view uri, const KeyCheck& check) const {
    return remembered(uri, read_named(uri), check);
}

// One that is open and signs is not opened anew: other connectors' changes are nothing to it.
Result<std::shared_ptr<crypto::Signer>> Custody::open_in_device(std::string_view uri) const {
    if (is_confined_)
        return nullptr;
    const auto scheme = scheme_of(uri);
    if (!scheme)
        return nullptr; // read_secret() says what is wrong with it
    const std::string name = "signer\n" + where(uri);
    if (memory_ != nullptr)
        if (auto open = memory_->signer(name); open && !open->trouble()) {
            memory_->note_read(uri, KeyMemory::Outcome::good);
            return open;
        }
    auto opened = open_counted(**scheme, uri);
    if (memory_ == nullptr || (opened && !*opened))
        return opened;
    // A device that is away gives no last good value: its signer mends itself.
    memory_->note_read(uri, opened ? KeyMemory::Outcome::good : KeyMemory::Outcome::bad);
    if (opened) {
        memory_->keep(name, *opened);
        return opened;
    }
    if (auto last = memory_->recall_signer(name, opened.error()))
        return last;
    return opened;
}

Result<std::shared_ptr<crypto::Signer>> Custody::open_signer(std::string_view uri) const {
    TRY(std::shared_ptr<crypto::Signer> signer, open_in_device(uri));
    if (signer)
        return signer;
    const KeyCheck parse = [&signer](std::string_view pem) -> Result<> {
        TRY(signer, crypto::software_signer(pem));
        return {};
    };
    TRY(const Secret pem, read_secret(uri, parse));
    if (!signer) {
        TRY(signer, crypto::software_signer(pem.reveal())); // as it was
    }
    const auto scheme = scheme_of(uri);
    return counted_signer(scheme ? (*scheme)->kind() : Kind::file, std::move(signer));
}

Result<crypto::KeySet> Custody::read_key_set(const std::string& path) const {
    std::optional<crypto::KeySet> keys;
    const KeyCheck parse = [&keys](std::string_view json) -> Result<> {
        TRY(keys, crypto::parse_key_set(json));
        return {};
    };
    TRY(const Secret json, remembered(path, read_file(path, path, false), parse));
    return keys ? *std::move(keys) : crypto::parse_key_set(json.reveal());
}

Result<Secret> read_secret(std::string_view uri) {
    return Custody::of_operator().read_secret(uri);
}

Result<std::shared_ptr<crypto::Signer>> open_signer(std::string_view uri) {
    return Custody::of_operator().open_signer(uri);
}

} // namespace settled::custody
