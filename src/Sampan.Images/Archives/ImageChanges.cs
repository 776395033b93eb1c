using System.Text;
using System.Text.Json;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Dockerfile instructions that change an image's configuration, as <c>import</c> and <c>commit</c> take them with <c>--change</c>.</summary>
/// <remarks>Dockerfile reference; the instructions are those docker import allows.</remarks>
public static class ImageChanges
{
    private const int MaxLength = 64 << 10;

    /// <exception cref="SampanException">An unknown instruction, or one without sense.</exception>
    public static void Apply(ContainerConfig config, string instruction)
    {
        if (instruction.Length > MaxLength)
            throw new SampanException(ErrorKind.InvalidArgument, "change: the instruction is too long");
        string text = instruction.Trim();
        int end = text.AsSpan().IndexOfAny(' ', '\t');
        string verb = (end < 0 ? text : text[..end]).ToUpperInvariant();
        string rest = end < 0 ? "" : text[end..].Trim();
        if (rest.Length == 0)
            throw Bad(instruction, "it lacks arguments");
        switch (verb)
        {
            case "CMD":
                config.Cmd = Command(rest, config);
                break;
            case "ENTRYPOINT":
                config.Entrypoint = Command(rest, config);
                break;
            case "ENV":
                foreach (var (key, value) in Pairs(rest, instruction))
                    SetEnv(config, key, value);
                break;
            case "LABEL":
                foreach (var (key, value) in Pairs(rest, instruction))
                    (config.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal))[key] = value;
                break;
            case "EXPOSE":
                foreach (string port in Words(rest, instruction))
                    (config.ExposedPorts ??= new SortedSet<string>(StringComparer.Ordinal)).UnionWith(Ports(port, instruction));
                break;
            case "VOLUME":
                foreach (string volume in List(rest) ?? Words(rest, instruction))
                    (config.Volumes ??= new SortedSet<string>(StringComparer.Ordinal)).Add(volume);
                break;
            case "USER":
                config.User = One(rest, instruction);
                break;
            case "WORKDIR":
                string directory = One(rest, instruction);
                config.WorkingDir = directory.StartsWith('/') ? directory : $"{config.WorkingDir?.TrimEnd('/')}/{directory}";
                break;
            case "STOPSIGNAL":
                config.StopSignal = One(rest, instruction);
                break;
            case "ONBUILD":
                (config.OnBuild ??= []).Add(rest);
                break;
            default:
                throw Bad(instruction, $"{verb} is not one of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR");
        }
    }

    private static void SetEnv(ContainerConfig config, string key, string value)
    {
        config.Env ??= [];
        int at = config.Env.FindIndex(e => e.StartsWith(key + "=", StringComparison.Ordinal));
        if (at < 0)
            config.Env.Add($"{key}={value}");
        else
            config.Env[at] = $"{key}={value}";
    }

    /// <summary>A JSON array is the command itself; anything else is a line for the shell.</summary>
    private static List<string> Command(string text, ContainerConfig config)
        => List(text) ?? [.. config.Shell is { Count: > 0 } shell ? shell : ["/bin/sh", "-c"], text];

    private static List<string>? List(string text)
    {
        if (!text.StartsWith('['))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var list = new List<string>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.String)
                    return null;
                list.Add(element.GetString()!);
            }
            return list;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // Docker takes a malformed array for a shell line too
        }
    }

    private static IEnumerable<(string Key, string Value)> Pairs(string text, string instruction)
    {
        var words = Words(text, instruction);
        if (!words[0].Contains('='))
        {
            // The old form: ENV name the rest is the value.
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            if (space < 0)
                throw Bad(instruction, "want NAME=VALUE");
            return [(text[..space], text[space..].Trim())];
        }
        return words.ConvertAll(word =>
        {
            int equals = word.IndexOf('=');
            return equals > 0 ? (word[..equals], word[(equals + 1)..]) : throw Bad(instruction, $"\"{word}\" is not NAME=VALUE");
        });
    }

    private static IEnumerable<string> Ports(string text, string instruction)
    {
        int slash = text.IndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        string[] range = (slash < 0 ? text : text[..slash]).Split('-');
        if (protocol is not ("tcp" or "udp" or "sctp") || range.Length > 2 || !ushort.TryParse(range[0], out ushort first) || !ushort.TryParse(range[^1], out ushort last) || first > last)
            throw Bad(instruction, $"\"{text}\" is not a port");
        for (int port = first; port <= last; port++)
            yield return $"{port}/{protocol}";
    }

    private static string One(string text, string instruction)
        => Words(text, instruction) is { Count: 1 } words ? words[0] : throw Bad(instruction, "want one argument");

    /// <summary>Words parted by blanks, quotes and backslashes undone.</summary>
    private static List<string> Words(string text, string instruction)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool any = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
                word.Append(text[++i]);
            else if (quote != '\0' && c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'' && quote == '\0')
                (quote, any) = (c, true);
            else if (quote == '\0' && char.IsWhiteSpace(c))
                Flush();
            else
                word.Append(c);
        }
        if (quote != '\0')
            throw Bad(instruction, "a quote is not closed");
        Flush();
        return words.Count > 0 ? words : throw Bad(instruction, "it lacks arguments");

        void Flush()
        {
            if (any || word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
            any = false;
        }
    }

    private static SampanException Bad(string instruction, string why)
        => new(ErrorKind.InvalidArgument, $"change \"{(instruction.Length > 60 ? instruction[..60] + "..." : instruction)}\": {why}");
}
