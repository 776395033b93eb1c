using System.Diagnostics.CodeAnalysis;

namespace Sampan.Oci;

/// <summary>The fields of an object, named one after another: reading fills each from the document, writing puts each into it.</summary>
/// <remarks>A field that is absent stays as it was; on writing, null, false, 0 (of non-nullable numbers) and empty strings are left out.</remarks>
public abstract class JsonMap
{
    /// <summary>True while a document is being read: for checks that make no sense on writing.</summary>
    public abstract bool Reading { get; }

    /// <summary>True when the document being read has a field of this name.</summary>
    public virtual bool Has(string name) => false;

    public abstract void Text(string name, ref string? value);

    /// <summary>A string that must be there.</summary>
    public abstract void RequiredText(string name, [NotNull] ref string? value);

    public abstract void Texts(string name, ref List<string>? value);

    public abstract void Flag(string name, ref bool value);

    public abstract void Flag(string name, ref bool? value);

    public abstract void Number(string name, ref int value);

    public abstract void Number(string name, ref uint value);

    public abstract void Number(string name, ref int? value);

    public abstract void Number(string name, ref uint? value);

    public abstract void Number(string name, ref long value);

    public abstract void Number(string name, ref long? value);

    public abstract void Number(string name, ref ulong? value);

    public abstract void Number(string name, ref decimal? value);

    public abstract void Numbers(string name, ref List<uint>? value);

    public abstract void Numbers(string name, ref List<int>? value);

    public abstract void Numbers(string name, ref List<long>? value);

    public abstract void TextMap(string name, ref Dictionary<string, string>? value);

    public abstract void LongMap(string name, ref Dictionary<string, long>? value);

    public abstract void TextsMap(string name, ref Dictionary<string, List<string>>? value);

    /// <summary>Writes null, where a field that is left out would not do; nothing on reading.</summary>
    public virtual void Null(string name)
    {
    }

    /// <summary>The array <paramref name="name"/> of the document, to be read later; null when there is none, and on writing.</summary>
    public virtual UnreadArray? Unread(string name) => null;

    /// <summary>A set written as an object with empty objects as values, as image-spec's <c>Volumes</c> and <c>ExposedPorts</c> are.</summary>
    public abstract void KeySet(string name, ref SortedSet<string>? value);

    // The three that follow are not virtual: a generic virtual method is looked up by the runtime's type loader, 0.1 ms each time it meets a new type.

    public void Object<T>(string name, ref T? value) where T : OciObject, new()
    {
        if (!Reading)
            Write(name, value);
        else if (ReadObject(name) is { } map)
            value = Filled<T>(map);
    }

    public void Objects<T>(string name, ref List<T>? value) where T : OciObject, new()
    {
        if (!Reading)
        {
            if (value is not null)
                WriteList(name, value);
            return;
        }
        if (ReadObjects(name) is not { } maps)
            return;
        value = new List<T>(maps.Length);
        foreach (var map in maps)
            value.Add(Filled<T>(map));
    }

    public void ObjectMap<T>(string name, ref Dictionary<string, T>? value) where T : OciObject, new()
    {
        if (!Reading)
        {
            if (value is not null)
                WriteMap(name, value);
            return;
        }
        if (ReadObjectMap(name) is not { } maps)
            return;
        value = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (key, map) in maps)
            value[key] = Filled<T>(map);
    }

    private static T Filled<T>(JsonMap map) where T : OciObject, new()
    {
        var value = new T();
        value.Map(map);
        return value;
    }

    private void WriteList<T>(string name, List<T> values) where T : OciObject
    {
        var objects = new OciObject[values.Count];
        for (int i = 0; i < objects.Length; i++)
            objects[i] = values[i];
        Write(name, objects);
    }

    private void WriteMap<T>(string name, Dictionary<string, T> values) where T : OciObject
    {
        string[] keys = [.. values.Keys];
        Array.Sort(keys, StringComparer.Ordinal);
        var objects = new (string, OciObject)[keys.Length];
        for (int i = 0; i < keys.Length; i++)
            objects[i] = (keys[i], values[keys[i]]);
        Write(name, objects);
    }

    /// <summary>The fields of the object <paramref name="name"/>; null: there is none.</summary>
    protected abstract JsonMap? ReadObject(string name);

    protected abstract JsonMap[]? ReadObjects(string name);

    protected abstract (string Key, JsonMap Map)[]? ReadObjectMap(string name);

    protected abstract void Write(string name, OciObject? value);

    protected abstract void Write(string name, OciObject[] values);

    protected abstract void Write(string name, (string Key, OciObject Value)[] values);

    /// <summary>Fails the read at the field <paramref name="name"/>.</summary>
    [DoesNotReturn]
    public abstract void Fail(string name, string message);
}
