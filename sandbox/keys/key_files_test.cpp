#include "sandbox/keys/key_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace settled::sandbox {
namespace {

TEST(KeyFilesTest, are_closed_to_others_and_used_again) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sandbox-keys-XXXXXX").string();
    const std::string directory = std::string(::mkdtemp(pattern.data())) + "/new";
    const Result<Keys> first = prepare_keys(directory);
    ASSERT_TRUE(first);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        struct stat status{};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 12);
    const Result<Keys> again = prepare_keys(directory);
    ASSERT_TRUE(again);
    EXPECT_EQ(first->bank->public_key_pem(), again->bank->public_key_pem());
    EXPECT_EQ(first->institution->fingerprint(), again->institution->fingerprint());
    EXPECT_EQ(first->api_token.reveal(), again->api_token.reveal());
    EXPECT_EQ(first->platform_password.reveal(), again->platform_password.reveal());
    EXPECT_EQ(first->platform_client_secret.reveal(), again->platform_client_secret.reveal());
    EXPECT_EQ(first->core_bank_key.reveal(), again->core_bank_key.reveal());
    EXPECT_EQ(first->core_bank_webhook.reveal(), again->core_bank_webhook.reveal());
    std::filesystem::remove_all(std::filesystem::path(directory).parent_path());
}

TEST(KeyFilesTest, a_directory_that_cannot_be_made_is_named) {
    const Result<Keys> keys = prepare_keys("/proc/none/such");
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Code::io_failed);
    EXPECT_NE(keys.error().detail.find("/proc/none/such"), std::string::npos);
}

} // namespace
} // namespace settled::sandbox
