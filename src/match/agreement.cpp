#include "match/agreement.h"

namespace settled::match {

namespace {

FieldAgreement of_ids(std::string_view field, Ids ids) {
    switch (ids) {
    case Ids::absent:
        return {field, Agreement::absent};
    case Ids::equal:
        return {field, Agreement::agrees};
    case Ids::differ:
        break;
    }
    return {field, Agreement::differs};
}

FieldAgreement of_references(References references) {
    switch (references) {
    case References::absent:
        return {"reference", Agreement::absent};
    case References::equal:
        return {"reference", Agreement::agrees};
    case References::payment_longer:
    case References::settlement_longer:
        return {"reference_part", Agreement::agrees};
    case References::differ:
        break;
    }
    return {"reference", Agreement::differs};
}

FieldAgreement of_amounts(Amounts amounts) {
    if (amounts == Amounts::equal)
        return {"amount", Agreement::agrees};
    if (amounts == Amounts::accepted)
        return {"accepted_amount", Agreement::agrees};
    return {"amount", Agreement::differs};
}

} // namespace

std::vector<FieldAgreement> agreements(const Comparison& c) {
    std::vector<FieldAgreement> fields;
    if (c.single_use)
        fields.push_back({"single_use_account", Agreement::agrees});
    fields.push_back(of_ids("uetr", c.uetr));
    fields.push_back(of_ids("end_to_end_id", c.end_to_end_id));
    if (c.crossed)
        fields.push_back({"crossed_ids", Agreement::agrees});
    fields.push_back(of_references(c.reference));
    fields.push_back(of_ids("payer_account", c.payer));
    fields.push_back(of_ids("payer_name", c.name));
    fields.push_back({"account", c.account ? Agreement::agrees : Agreement::differs});
    fields.push_back(of_amounts(c.amounts));
    return fields;
}

} // namespace settled::match
