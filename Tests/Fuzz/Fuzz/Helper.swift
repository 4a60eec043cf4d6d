// What gateway and postern-pam say to each other: what is taken is what would have been sent.
import Authentication
import Bytes

/// Each packet is read as a question and as an answer.
func fuzzHelper(_ input: [UInt8]) {
    if let question = PAMQuestion(input.span) {
        var written = Buffer()
        let isSendable = question.encode(into: &written)
        precondition(isSendable, "a question that is taken can be sent")
        precondition(written.bytes == input, "every question has one spelling")
    }
    if let reply = PAMReply(input.span) {
        var written = Buffer()
        let isSendable = reply.encode(into: &written)
        precondition(isSendable, "an answer that is taken can be sent")
        precondition(PAMReply(written.span) == reply, "what is written is the same answer")
        precondition(written.count == input.count, "nothing is left out")
    }
}
