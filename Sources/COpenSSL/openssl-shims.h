// OpenSSL 3 for Swift: the headers, and inline functions for what exists as a macro only.
#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <openssl/bio.h>
