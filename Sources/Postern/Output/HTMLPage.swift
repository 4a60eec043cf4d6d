// A report as one page that needs no other file and runs no script.

struct HTMLPage {
    let title: String
    /// Rules beside those that all pages have.
    let style: String
    /// In HTML.
    let body: String

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(title.html)</title>
        <style>
        body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 70em; color: #222 }
        table { border-collapse: collapse; width: 100%; margin: 1em 0 2em }
        th, td { border-bottom: 1px solid #ccc; padding: .3em .6em; text-align: left }
        th { background: #f2f2f2 }
        \(style)
        </style>
        </head>
        <body>
        <h1>\(title.html)</h1>
        \(body)
        </body>
        </html>
        """
    }

    /// A table with text in its cells.
    static func table(_ headings: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\($0.html)</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>\n\(row(headings, "th"))\n"
            + rows.map { row($0, "td") }.joined(separator: "\n") + "\n</table>"
    }
}
