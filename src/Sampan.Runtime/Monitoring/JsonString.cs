using System.Globalization;
using System.Text;

namespace Sampan.Runtime.Monitoring;

/// <summary>A JSON string, <see href="https://www.rfc-editor.org/rfc/rfc8259#section-7">RFC 8259, section 7</see>.</summary>
public static class JsonString
{
    public static void Append(StringBuilder to, string value)
    {
        to.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                to.Append('\\').Append(c);
            else if (c < ' ' || char.IsSurrogate(c))
                to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                to.Append(c);
        }
        to.Append('"');
    }
}
