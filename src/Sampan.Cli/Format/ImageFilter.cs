using Sampan.Engine;
using Sampan.Images;

namespace Sampan.Cli.Format;

/// <summary>The <c>--filter</c>s of <c>images</c> and <c>image prune</c>: those of one key are alternatives, those of different keys all hold; labels all hold.</summary>
internal sealed class ImageFilter
{
    private readonly List<(string Key, string Value, Func<Image, bool> Holds)> _filters = [];

    /// <param name="keys">Those that the verb knows.</param>
    /// <exception cref="SampanException">Another key, a value that does not fit, an image that is not there.</exception>
    public ImageFilter(IReadOnlyList<string> texts, string[] keys, ImageStore store, DateTimeOffset now)
    {
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            string key = equals > 0 ? text[..equals].Trim().ToLowerInvariant() : "", value = text[(equals + 1)..].Trim();
            if (!keys.Contains(key))
                throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter '{text}': want {string.Join(", ", keys[..^1])} or {keys[^1]}, and a value");
            _filters.Add((key, value, Test(key, value, store, now)));
        }
    }

    /// <summary>What <c>dangling</c> says; null: nothing.</summary>
    public bool? Dangling => _filters.Find(static f => f.Key == "dangling").Value is { } text ? IsTrue(text) : null;

    /// <param name="but">A key that is not asked.</param>
    public bool Matches(Image image, string? but = null)
        => _filters.TrueForAll(f => f.Key == but || (f.Key.StartsWith("label", StringComparison.Ordinal) ? f.Holds(image) : _filters.Exists(other => other.Key == f.Key && other.Holds(image))));

    /// <summary>Which names of an image are shown: with patterns, those that fit one.</summary>
    public bool Shows(ImageReference? name)
    {
        var patterns = _filters.FindAll(static f => f.Key == "reference");
        return patterns.Count == 0 || patterns.Exists(p => Fits(name, p.Value));
    }

    private static Func<Image, bool> Test(string key, string value, ImageStore store, DateTimeOffset now)
    {
        switch (key)
        {
            case "dangling":
                bool wanted = IsTrue(value);
                return image => image.Names.Any(static n => n.Tag is not null) != wanted;
            case "label":
                return image => HasLabel(image, value);
            case "label!":
                return image => !HasLabel(image, value);
            case "before" or "since":
                var (other, before) = (store.Get(value), key == "before");
                return image => before ? image.Created < other.Created : image.Created > other.Created;
            case "until":
                var end = Moment.Parse(value, now);
                return image => image.Created < end;
            default:
                return image => image.Names.Any(n => Fits(n, value));
        }
    }

    private static bool IsTrue(string text) => text switch
    {
        "1" or "t" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "false" or "False" or "FALSE" => false,
        _ => throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter 'dangling={text}': want true or false"),
    };

    private static bool HasLabel(Image image, string value)
    {
        int equals = value.IndexOf('=');
        return image.Config.Config?.Labels is { } labels && labels.TryGetValue(equals < 0 ? value : value[..equals], out string? there) && (equals < 0 || there == value[(equals + 1)..]);
    }

    /// <summary>The name with its tag, or the repository alone, as people write them.</summary>
    public static bool Fits(ImageReference? name, string pattern) => name is not null && (Glob.Matches(pattern, name.Familiar) || Glob.Matches(pattern, name.FamiliarRepository));
}
