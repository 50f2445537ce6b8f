// A disk that fails on demand: SQLite's file layer with a counter in front of it.
//
// Registered as the default before a store is opened, it passes every call on to the real layer,
// except that the Nth write or sync fails with the given code, once or from then on. A write that
// fails has written its first half: disks tear. With `mirror` set it also keeps, next to each file,
// what an fsync has made durable: the directory as a power cut would leave it.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>

namespace settled::store::sqlite {

class FaultDisk {
  public:
    enum class Call : std::uint8_t { write, sync };
    struct Plan {
        Call call = Call::write;
        int rc = SQLITE_OK;
        int nth = 0; // counted from now on, from 1; 0: none fails
        bool sticky = false;
    };

    // The one disk of the process: VFS objects live as long as SQLite.
    static FaultDisk& instance() {
        static FaultDisk disk;
        return disk;
    }

    void fail(Plan plan) {
        const std::lock_guard lock(mutex_);
        plan_ = plan;
        left_ = plan.nth;
        hit_ = false;
    }
    void heal() { fail({}); }
    // Whether a call failed since the plan was made.
    bool hit() const {
        const std::lock_guard lock(mutex_);
        return hit_;
    }
    // Of the files in `from`, copies of what was synced are kept in `to`; empty: none are made.
    void mirror(const std::string& from, const std::string& to) {
        const std::lock_guard lock(mutex_);
        mirrored_ = from;
        mirror_ = to;
    }
    // Calls `read`, which looks at the copies while none of them is written.
    template <class Read>
    void between_syncs(const Read& read) {
        const std::lock_guard lock(mutex_);
        read();
    }

  private:
    struct File {
        sqlite3_file base;
        char name[512];
        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

    FaultDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
        vfs_.zName = "faulty";
        vfs_.pNext = nullptr;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }

    // SQLITE_OK, or the code with which this call fails.
    int verdict(Call call) {
        const std::lock_guard lock(mutex_);
        if (plan_.nth == 0 || plan_.call != call)
            return SQLITE_OK;
        if (left_ > 0)
            --left_;
        if (left_ > 0 || (hit_ && !plan_.sticky))
            return SQLITE_OK;
        hit_ = true;
        return plan_.rc;
    }

    void keep_durable(const File& file) {
        const std::lock_guard lock(mutex_);
        const std::filesystem::path from(file.name);
        if (mirror_.empty() || from.parent_path() != mirrored_)
            return;
        std::filesystem::copy_file(from, std::filesystem::path(mirror_) / from.filename(),
                                   std::filesystem::copy_options::overwrite_existing);
    }

    static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* out, int flags,
                    int* out_flags) {
        File& file = of(out);
        sqlite3_vfs* real = instance().real_;
        sqlite3_snprintf(sizeof file.name, file.name, "%s", name == nullptr ? "" : name);
        const int rc = real->xOpen(real, name, file.real(), flags, out_flags);
        file.base.pMethods = file.real()->pMethods == nullptr ? nullptr : &methods();
        return rc;
    }

    static int write(sqlite3_file* out, const void* bytes, int count, sqlite3_int64 offset) {
        sqlite3_file* real = of(out).real();
        if (const int rc = instance().verdict(Call::write); rc != SQLITE_OK) {
            (void)real->pMethods->xWrite(real, bytes, count / 2, offset);
            return rc;
        }
        return real->pMethods->xWrite(real, bytes, count, offset);
    }
    static int sync(sqlite3_file* file, int flags) {
        if (const int rc = instance().verdict(Call::sync); rc != SQLITE_OK)
            return rc;
        const int rc = of(file).real()->pMethods->xSync(of(file).real(), flags);
        if (rc == SQLITE_OK)
            instance().keep_durable(of(file));
        return rc;
    }

    // The rest goes straight through.
    template <auto Member, class... Args>
    static int pass(sqlite3_file* file, Args... args) {
        sqlite3_file* real = of(file).real();
        return (real->pMethods->*Member)(real, args...);
    }
    static void barrier(sqlite3_file* file) {
        of(file).real()->pMethods->xShmBarrier(of(file).real());
    }
    static const sqlite3_io_methods& methods() {
        using M = sqlite3_io_methods;
        static const M table{
            .iVersion = 2,
            .xClose = pass<&M::xClose>,
            .xRead = pass<&M::xRead, void*, int, sqlite3_int64>,
            .xWrite = write,
            .xTruncate = pass<&M::xTruncate, sqlite3_int64>,
            .xSync = sync,
            .xFileSize = pass<&M::xFileSize, sqlite3_int64*>,
            .xLock = pass<&M::xLock, int>,
            .xUnlock = pass<&M::xUnlock, int>,
            .xCheckReservedLock = pass<&M::xCheckReservedLock, int*>,
            .xFileControl = pass<&M::xFileControl, int, void*>,
            .xSectorSize = pass<&M::xSectorSize>,
            .xDeviceCharacteristics = pass<&M::xDeviceCharacteristics>,
            .xShmMap = pass<&M::xShmMap, int, int, int, void volatile**>,
            .xShmLock = pass<&M::xShmLock, int, int, int>,
            .xShmBarrier = barrier,
            .xShmUnmap = pass<&M::xShmUnmap, int>,
            .xFetch = nullptr,
            .xUnfetch = nullptr,
        };
        return table;
    }

    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
    mutable std::mutex mutex_;
    Plan plan_;
    int left_ = 0;
    bool hit_ = false;
    std::string mirrored_;
    std::string mirror_;
};

} // namespace settled::store::sqlite
