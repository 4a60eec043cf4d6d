// Answers PAM's prompts: the password to a hidden one, the user to an open one, nothing to others.
import Authentication
import Bytes
import CPAM
import Glibc

/// What the modules may ask for in one conversation.
final class Prompts {
    private let credentials: Credentials

    init(_ credentials: Credentials) { self.credentials = credentials }

    /// A malloc'ed C string that libpam frees, nil when memory is short.
    fileprivate func password() -> UnsafeMutablePointer<CChar>? {
        unsafe credentials.password.withBytes { password in
            let text = unsafe calloc(password.count + 1, 1)?.assumingMemoryBound(to: CChar.self)
            guard let text = unsafe text else { return nil }
            for index in password.indices {
                unsafe text[index] = CChar(bitPattern: password[index])
            }
            return unsafe text
        }
    }

    fileprivate func user() -> UnsafeMutablePointer<CChar>? {
        unsafe credentials.user.withCString { unsafe strdup($0) }
    }
}

/// The conversation function (pam_conv(3)); `data` is the `Prompts`.
func converse(
    count: Int32,
    messages: UnsafeMutablePointer<UnsafePointer<pam_message>?>?,
    answers: UnsafeMutablePointer<UnsafeMutablePointer<pam_response>?>?,
    data: UnsafeMutableRawPointer?
) -> Int32 {
    guard (1...PAM_MAX_NUM_MSG).contains(count), let messages = unsafe messages,
        let answers = unsafe answers, let data = unsafe data,
        let memory = unsafe calloc(Int(count), MemoryLayout<pam_response>.stride)
    else { return PAM_CONV_ERR }
    let prompts = unsafe Unmanaged<Prompts>.fromOpaque(data).takeUnretainedValue()
    let responses = unsafe UnsafeMutableBufferPointer(
        start: memory.bindMemory(to: pam_response.self, capacity: Int(count)),
        count: Int(count)
    )
    for index in responses.indices {
        guard let message = unsafe messages[index],
            unsafe prompts.answer(style: message.pointee.msg_style, into: &responses[index])
        else {
            unsafe discard(responses)
            return PAM_CONV_ERR
        }
    }
    unsafe answers.pointee = responses.baseAddress
    return PAM_SUCCESS
}

extension Prompts {
    /// Returns false for a prompt that this conversation has no answer to.
    fileprivate func answer(style: Int32, into response: inout pam_response) -> Bool {
        switch style {
        case PAM_PROMPT_ECHO_OFF: unsafe response.resp = password()
        case PAM_PROMPT_ECHO_ON: unsafe response.resp = user()
        // Texts for a person at a terminal: nobody is there to read them, none is expected back.
        case PAM_TEXT_INFO, PAM_ERROR_MSG: return true
        default: return false
        }
        return unsafe response.resp != nil
    }
}

/// Wipes and frees answers that libpam doesn't get.
private func discard(_ responses: UnsafeMutableBufferPointer<pam_response>) {
    for index in responses.indices {
        guard let text = unsafe responses[index].resp else { continue }
        unsafe explicit_bzero(text, strlen(text))
        unsafe free(text)
    }
    unsafe free(responses.baseAddress)
}
