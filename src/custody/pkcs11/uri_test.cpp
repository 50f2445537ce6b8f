#include "custody/pkcs11/uri.h"

#include <gtest/gtest.h>

namespace settled::custody::pkcs11 {
namespace {

TEST(Pkcs11Uri, reads_what_names_a_token_and_an_object) {
    const auto uri =
        parse_uri("pkcs11:token=My%20Token;serial=0a;manufacturer=M;model=v2;slot-id=7;"
                  "object=a%3Bb;id=%00%ff;type=private"
                  "?module-path=/usr/lib/m.so&pin-source=file:/run/pin");
    ASSERT_TRUE(uri.has_value()) << uri.error().detail;
    EXPECT_EQ(uri->token.label, "My Token");
    EXPECT_EQ(uri->token.serial, "0a");
    EXPECT_EQ(uri->token.manufacturer, "M");
    EXPECT_EQ(uri->token.model, "v2");
    EXPECT_EQ(uri->token.slot_id, 7U);
    EXPECT_EQ(uri->object, "a;b");
    EXPECT_EQ(uri->id, std::string("\0\xff", 2));
    EXPECT_EQ(uri->type, ObjectType::private_key);
    EXPECT_EQ(uri->module_path, "/usr/lib/m.so");
    EXPECT_EQ(uri->pin_source, "file:/run/pin");
}

TEST(Pkcs11Uri, a_bare_path_is_a_file_with_the_pin) {
    EXPECT_EQ(parse_uri("pkcs11:object=k?pin-source=/run/pin")->pin_source, "file:/run/pin");
    EXPECT_EQ(parse_uri("pkcs11:object=k?pin-source=env:HSM_PIN")->pin_source, "env:HSM_PIN");
    EXPECT_EQ(parse_uri("pkcs11:object=k?pin-source=aws-sm:hsm/pin%3Fregion=eu-west-2%26member=pin")
                  ->pin_source,
              "aws-sm:hsm/pin?region=eu-west-2&member=pin");
}

// A URI is stored and listed: nothing of a refused one may come back, since it may hold a PIN.
TEST(Pkcs11Uri, refuses_what_carries_a_pin_or_loads_code_and_repeats_nothing) {
    for (const char* uri : {"pkcs11:object=k?pin-value=hush",
                            "pkcs11:object=k?module-name=hush",
                            "pkcs11:object=k?pin-source=%7Chush",
                            "pkcs11:object=k?pin-source=|hush",
                            "pkcs11:object=k?pin-source=hush",
                            "pkcs11:object=k?pin-source=pkcs11:object=hush",
                            "pkcs11:object=k?x-hush=1",
                            "pkcs11:hush=1;object=k",
                            "pkcs11:object=k;library-version=3",
                            "pkcs11:object=k;object=hush",
                            "pkcs11:object=k?pin-source=/hush&pin-source=/a",
                            "pkcs11:token=hush",
                            "pkcs11:",
                            "pkcs11:object=",
                            "pkcs11:object",
                            "pkcs11:object=hush%2",
                            "pkcs11:object=hush%zz",
                            "pkcs11:object=hu sh",
                            "pkcs11:object=k;type=hush",
                            "pkcs11:object=k;slot-id=hush",
                            "pkcs11:object=k;slot-id=-1",
                            "hush:object=k"}) {
        const auto refused = parse_uri(uri);
        ASSERT_FALSE(refused.has_value()) << uri;
        EXPECT_EQ(refused.error().code, Code::value_invalid) << uri;
        EXPECT_FALSE(refused.error().detail.contains("hush")) << refused.error().detail;
    }
}

} // namespace
} // namespace settled::custody::pkcs11
