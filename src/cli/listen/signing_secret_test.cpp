#include "cli/listen/signing_secret.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace settled::cli {
namespace {

class Home {
  public:
    Home() : path_(testing::TempDir() + "home_XXXXXX") { ::mkdtemp(path_.data()); }
    ~Home() { std::filesystem::remove_all(path_); }
    std::string file() const { return path_ + "/.config/settled/listen"; }

  private:
    std::string path_;
};

std::string secret_of(const std::string& file, const std::string& server) {
    SystemRng rng;
    const auto secret = signing_secret(file, server, rng);
    return secret ? std::string(secret->reveal()) : secret.error().detail;
}

TEST(SigningSecret, is_the_same_each_time_for_one_server_and_another_for_others) {
    const Home home;
    const std::string first = secret_of(home.file(), "http://127.0.0.1:8080");
    const std::string second = secret_of(home.file(), "http://127.0.0.1:80");
    EXPECT_TRUE(first.starts_with("whsec_")) << first;
    EXPECT_NE(first, second);
    EXPECT_EQ(secret_of(home.file(), "http://127.0.0.1:8080"), first);
    EXPECT_EQ(secret_of(home.file(), "http://127.0.0.1:80"), second);
    EXPECT_EQ(secret_of(home.file(), "main at a place"), secret_of(home.file(), "main at a place"));
    struct stat facts{};
    ASSERT_EQ(::stat(home.file().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST(SigningSecret, in_a_file_that_others_may_open_is_refused) {
    const Home home;
    (void)secret_of(home.file(), "a");
    ::chmod(home.file().c_str(), 0644);
    EXPECT_NE(secret_of(home.file(), "a").find("others may open it"), std::string::npos);
}

} // namespace
} // namespace settled::cli
