#include "crypto/password.h"

#include "crypto/totp.h"

#include <gtest/gtest.h>

namespace settled::crypto {
namespace {

TEST(Password, holds_for_itself_alone) {
    SystemRng rng;
    const std::string hash = hash_password(Secret("correct horse"), rng);
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << hash;
    EXPECT_TRUE(password_holds(Secret("correct horse"), hash));
    EXPECT_FALSE(password_holds(Secret("correct hors"), hash));
    EXPECT_NE(hash_password(Secret("correct horse"), rng), hash) << "each has a salt of its own";
    for (const char* const broken : {"", "x", "$argon2id$v=19$m=65536,t=3,p=1$x$y"})
        EXPECT_FALSE(password_holds(Secret("correct horse"), broken)) << broken;
}

TEST(Totp, gives_the_codes_of_the_rfc) {
    const std::string secret = "12345678901234567890"; // RFC 6238, appendix B, the last six digits
    const BytesView bytes = as_bytes(std::string_view(secret));
    for (const auto& [seconds, code] : {std::pair<std::int64_t, const char*>{59, "287082"},
                                        {1'111'111'109, "081804"},
                                        {1'111'111'111, "050471"},
                                        {1'234'567'890, "005924"},
                                        {2'000'000'000, "279037"},
                                        {20'000'000'000, "353130"}})
        EXPECT_EQ(totp_code(bytes, seconds / totp_step_seconds), code) << seconds;
}

TEST(Totp, takes_the_code_before_and_the_one_after) {
    const std::string secret = "12345678901234567890";
    const BytesView bytes = as_bytes(std::string_view(secret));
    for (const std::int64_t late : {-30, 0, 30})
        EXPECT_EQ(totp_step_of(bytes, "050471", 1'111'111'111 + late), 37'037'037);
    for (const std::int64_t late : {-60, 60})
        EXPECT_EQ(totp_step_of(bytes, "050471", 1'111'111'111 + late), std::nullopt);
    EXPECT_EQ(totp_step_of(bytes, "", 1'111'111'111), std::nullopt);
}

TEST(Totp, writes_secrets_as_apps_take_them) {
    EXPECT_EQ(to_base32(as_bytes(std::string_view("foobar"))), "MZXW6YTBOI"); // RFC 4648
    EXPECT_EQ(to_base32(as_bytes(std::string_view("fooba"))), "MZXW6YTB");
    EXPECT_EQ(to_base32({}), "");
}

} // namespace
} // namespace settled::crypto
