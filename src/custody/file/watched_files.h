// Files of secrets that are in use: which of them were changed since they were read. A file is known to
// be another one by its number on the disk, its size or its time.
//
// Any thread. Looking may wait for the disk.
#pragma once

#include <string>

namespace settled::custody {

// Before it is read.
void watch_file(const std::string& path);
// True: one was changed, has come or is gone. It is watched again when it is read again.
bool take_changed_files();

} // namespace settled::custody
