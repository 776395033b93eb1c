using System.Globalization;
using System.Text;

namespace Sampan.OciCli;

/// <summary>A line of the log in one of the two forms that runc's callers parse: those of github.com/sirupsen/logrus.</summary>
internal static class LogLine
{
    public static string Of(string level, string message, bool json, DateTime utc)
    {
        string time = utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return json ? $"{{\"level\":\"{level}\",\"msg\":\"{Escape(message, json)}\",\"time\":\"{time}\"}}\n" : $"time=\"{time}\" level={level} msg={Value(message)}\n";
    }

    // A value of these alone goes without quotes.
    private static string Value(string text)
        => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or '@' or '^' or '+') ? text : $"\"{Escape(text, json: false)}\"";

    private static string Escape(string text, bool json)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => escaped.Append('\\').Append(c),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                '<' or '>' or '&' or '\u2028' or '\u2029' when json => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                < ' ' or '\x7f' when !json => escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
