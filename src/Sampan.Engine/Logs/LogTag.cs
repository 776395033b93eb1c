using System.Text;

namespace Sampan.Engine;

/// <summary>The log option <c>tag</c>: text with names in it, such as <c>{{.ImageName}}/{{.Name}}</c>, of which Docker knows these.</summary>
internal static class LogTag
{
    public const string Default = "{{.ID}}";

    /// <exception cref="SampanException">A name that is none, or braces that do not end.</exception>
    public static string Check(string tag)
    {
        Expand(tag, static name => name is ".ID" or ".FullID" or ".Name" or ".ImageID" or ".ImageFullID" or ".ImageName" or ".DaemonName" ? "" : null);
        return tag;
    }

    public static string Of(string tag, ContainerRecord record) => Expand(tag, name => name switch
    {
        ".ID" => record.ShortId,
        ".FullID" => record.Id,
        ".Name" => record.Name,
        ".ImageFullID" => record.ImageId,
        ".ImageID" => Short(record.ImageId!),
        ".ImageName" => record.Config!.Image,
        _ => "sampan",
    });

    private static string Short(string digest) => digest[(digest.IndexOf(':') + 1)..] is { Length: > 12 } hex ? hex[..12] : digest;

    private static string Expand(string tag, Func<string, string?> valueOf)
    {
        var text = new StringBuilder();
        int at = 0, open;
        while ((open = tag.IndexOf("{{", at, StringComparison.Ordinal)) >= 0)
        {
            int close = tag.IndexOf("}}", open, StringComparison.Ordinal);
            string name = close < 0 ? "" : tag[(open + 2)..close].Trim();
            text.Append(tag, at, open - at).Append(valueOf(name)
                ?? throw new SampanException(ErrorKind.InvalidArgument, $"invalid log opt tag={tag}: want text with {{{{.ID}}}}, .FullID, .Name, .ImageID, .ImageFullID, .ImageName or .DaemonName in double braces"));
            at = close + 2;
        }
        return text.Append(tag, at, tag.Length - at).ToString();
    }
}
