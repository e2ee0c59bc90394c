// What a file is that nginx cannot read as PEM, or reads in part, in words, and the command that
// mends it. A command ends with the mended file in the place of the old one. Pure.
#pragma once

#include <string>
#include <string_view>

#include "pki/material.h"

namespace mtls::audit::rules {

/// `a certificate in DER`; "" for kPem.
std::string_view what_is(pki::encoding::FileKind kind);

/// `It is …. Run: COMMAND`, or what to do instead where no command helps; "" for kPem.
std::string remedy_for(const pki::Material& material, const std::string& path);

/// Why nginx skips it, in a file that it accepts.
std::string_view what_is(pki::encoding::SkipCause cause);

std::string remedy_for(const pki::encoding::SkippedBlock& skipped, const std::string& path);
std::string remedy_for(const pki::TrailingBytes& trailing, const std::string& path);

/// Of a directory where nginx wants a file.
std::string remedy_for_directory(const std::string& path);

}  // namespace mtls::audit::rules
