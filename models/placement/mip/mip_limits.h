// The constraints of a placement problem as rows of a program.
//
// A limit has 2^20 units; what is used of it is rounded down to them, so that the rows forbid
// nothing that the problem allows and let pass at most a millionth of the limit for each summand.
#pragma once

#include <vector>

#include "models/placement/mip/mip_draft.h"

namespace violin::placement {

// False: too many nonzeros.
bool add_limits(MipDraft& draft, const Problem& problem, const std::vector<Constraint>& kept);

}  // namespace violin::placement
