using System.Text;

using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What each record of a log says besides: the labels and variables that <c>--log-opt</c> names, and the tag.</summary>
internal static class LogAttributes
{
    /// <summary>In the container's directory, for its monitor: not among its arguments, which everybody may read.</summary>
    public const string FileName = "log-attributes";

    /// <summary>As <c>logs --details</c> shows them, in Docker's order: by name.</summary>
    public static SortedDictionary<string, string> Of(ContainerRecord record, LogOptions options)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in options.Labels)
            if (record.Config!.Labels?.TryGetValue(name, out string? value) == true)
                all[name] = value;
        foreach (string name in options.Env)
            if (record.Config!.Env?.FindLast(entry => entry.StartsWith($"{name}=", StringComparison.Ordinal)) is { } entry)
                all[name] = entry[(name.Length + 1)..];
        if (options.Tag is { } tag && options.Driver != LogDriver.Journald)
            all["tag"] = LogTag.Of(tag, record);
        return all;
    }

    /// <summary>In the driver's form; empty: nothing.</summary>
    public static string Text(ContainerRecord record, LogOptions options) => options.Driver switch
    {
        LogDriver.JsonFile => Json(Of(record, options)),
        LogDriver.Journald => Fields(record, options),
        _ => "",
    };

    private static string Json(SortedDictionary<string, string> attributes)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in attributes)
        {
            text.Append(text.Length == 0 ? '{' : ',');
            JsonString.Append(text, name);
            text.Append(':');
            JsonString.Append(text, value);
        }
        return text.Length == 0 ? "" : text.Append('}').ToString();
    }

    private static string Fields(ContainerRecord record, LogOptions options)
    {
        string tag = LogTag.Of(options.Tag ?? LogTag.Default, record);
        var text = new StringBuilder();
        Field("CONTAINER_ID", record.ShortId);
        Field("CONTAINER_ID_FULL", record.Id!);
        Field("CONTAINER_NAME", record.Name!);
        Field("CONTAINER_TAG", tag);
        Field("IMAGE_NAME", record.Config!.Image!);
        Field("SYSLOG_IDENTIFIER", tag);
        foreach (var (name, value) in Of(record, options))
            Field(FieldName(name), value);
        return text.ToString();

        // A field with a newline in it would be two.
        void Field(string name, string value) => text.Append(name).Append('=').Append(value.ReplaceLineEndings(" ")).Append('\n');
    }

    /// <summary>As Docker's sanitizeKeyMod: capital letters, digits and underscores, and no underscore first, which would be the journal's own.</summary>
    private static string FieldName(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name.ToUpperInvariant())
        {
            if (c is >= 'A' and <= 'Z' or >= '0' and <= '9')
                text.Append(c);
            else if (text.Length > 0)
                text.Append('_');
        }
        return text.ToString();
    }
}
