#include "custody/pkcs11/session.h"

#include "custody/pkcs11/result.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <array>

namespace settled::custody::pkcs11 {

namespace {

// As a file that holds a secret (custody/file/secret_file.h).
constexpr CK_ULONG value_bytes_max = 64UL * 1024;

CK_ATTRIBUTE text_attribute(CK_ATTRIBUTE_TYPE type, const std::string& value) {
    return {type, const_cast<char*>(value.data()), value.size()};
}

std::string_view name_of_class(CK_OBJECT_CLASS object) {
    return object == CKO_DATA ? "private data object" : "private key";
}

} // namespace

Result<> Session::open(const TokenName& token, Access access) {
    if (module_->is_over())
        return fail(Code::hsm_failed, "the program is ending");
    TRY(const std::vector<Slot> slots, module_->slots());
    const auto found = std::ranges::find_if(slots, [&](const Slot& slot) {
        return slot.label == token.label && slot.serial == token.serial;
    });
    if (found == slots.end())
        return fail(Code::hsm_token_missing, fmt::format("no slot of {} holds the token \"{}\"",
                                                         module_->path(), token.label));
    slot_ = *found;
    const CK_FLAGS flags =
        CKF_SERIAL_SESSION | (access == Access::write ? CKF_RW_SESSION : CK_FLAGS(0));
    const CK_RV result = functions().C_OpenSession(slot_.id, flags, nullptr, nullptr, &handle_);
    if (result != CKR_OK) {
        handle_ = CK_INVALID_HANDLE;
        return failed(result, "opening a session");
    }
    generation_ = module_->generation();
    return {};
}

void Session::close() {
    if (is_fresh())
        (void)functions().C_CloseSession(handle_);
    handle_ = CK_INVALID_HANDLE;
    known_.clear();
}

bool Session::is_logged_in() const {
    CK_SESSION_INFO info{};
    return functions().C_GetSessionInfo(handle_, &info) == CKR_OK &&
           (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

Result<std::vector<CK_OBJECT_HANDLE>> Session::find_all(std::vector<CK_ATTRIBUTE> fits) {
    const auto& f = functions();
    if (const CK_RV result = f.C_FindObjectsInit(handle_, fits.data(), fits.size());
        result != CKR_OK)
        return failed(result, "searching the token");
    std::array<CK_OBJECT_HANDLE, 2> handles{};
    CK_ULONG count = 0;
    const CK_RV result = f.C_FindObjects(handle_, handles.data(), handles.size(), &count);
    (void)f.C_FindObjectsFinal(handle_);
    if (result != CKR_OK)
        return failed(result, "searching the token");
    return std::vector(handles.begin(), handles.begin() + static_cast<std::ptrdiff_t>(count));
}

Result<CK_OBJECT_HANDLE> Session::find(const Uri& uri, CK_OBJECT_CLASS wanted) {
    std::vector<CK_ATTRIBUTE> names;
    if (!uri.object.empty())
        names.push_back(text_attribute(CKA_LABEL, uri.object));
    if (!uri.id.empty())
        names.push_back(text_attribute(CKA_ID, uri.id));
    std::vector<CK_ATTRIBUTE> fits = names;
    fits.push_back({CKA_CLASS, &wanted, sizeof wanted});
    TRY(const auto found, find_all(std::move(fits)));
    if (found.size() == 1)
        return found.front();
    if (found.size() > 1)
        return fail(Code::hsm_key_ambiguous,
                    fmt::format("several {}s have this name; add id=… or object=… to the URI",
                                name_of_class(wanted)));
    TRY(const auto others, find_all(std::move(names)));
    if (!others.empty())
        return fail(Code::key_unsuitable,
                    fmt::format("an object has this name, and is no {}", name_of_class(wanted)));
    return fail(Code::hsm_key_missing,
                fmt::format("the token shows no {} of this name{}", name_of_class(wanted),
                            is_logged_in() ? "" : "; it is not logged in: add pin-source=…"));
}

std::optional<CK_OBJECT_HANDLE> Session::known(std::uint64_t owner) const {
    const auto found = known_.find(owner);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

Result<Bytes> Session::bytes_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE attribute{type, nullptr, 0};
    CK_RV result = functions().C_GetAttributeValue(handle_, object, &attribute, 1);
    if (result != CKR_OK)
        return failed(result, "reading an object");
    if (attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION ||
        attribute.ulValueLen > value_bytes_max)
        return fail(Code::key_unsuitable, "an object is larger than 64 KiB, or cannot be read");
    Bytes value(attribute.ulValueLen);
    attribute.pValue = value.data();
    result = functions().C_GetAttributeValue(handle_, object, &attribute, 1);
    if (result != CKR_OK)
        return failed(result, "reading an object");
    value.resize(std::min<std::size_t>(attribute.ulValueLen, value.size()));
    return value;
}

Result<Secret> Session::secret_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    TRY(Bytes value, bytes_of(object, type));
    Secret secret{std::string(as_text(value))};
    ::explicit_bzero(value.data(), value.size());
    return secret;
}

bool Session::is_set(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    const auto value = bytes_of(object, type);
    return value && value->size() == sizeof(CK_BBOOL) && value->front() != CK_FALSE;
}

} // namespace settled::custody::pkcs11
