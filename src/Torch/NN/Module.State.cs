namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>
            /// The parameters and persistent buffers by full name. The tensors are the module's own, not copies:
            /// clone them to keep a snapshot.
            /// </summary>
            /// <param name="destination">Where to add; by default a new dictionary.</param>
            /// <param name="prefix">Put before each name with a dot between.</param>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string Full(string key) => string.IsNullOrEmpty(prefix) ? key : $"{prefix}.{key}";
                foreach (var (key, parameter) in named_parameters(recurse: false)) destination.TryAdd(Full(key), parameter);
                foreach (var (key, buffer) in named_buffers(recurse: false, include_nonpersistent: false)) destination.TryAdd(Full(key), buffer);
                foreach (var (key, child) in named_children()) child.state_dict(destination, Full(key));
                return destination;
            }

            /// <summary>Copies tensors into the module's own, by full name; shapes must agree, dtype and device are converted.</summary>
            /// <param name="source">What <see cref="state_dict"/> of an equal module gave.</param>
            /// <param name="strict">True: a missing or unknown name is an error, found before anything is copied.</param>
            /// <param name="skip">Names to leave as they are.</param>
            /// <returns>Names the module has and the source does not, and the reverse.</returns>
            /// <exception cref="InvalidOperationException">Names differ and <paramref name="strict"/> is set.</exception>
            /// <exception cref="ArgumentException">A tensor has another shape than the module's.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(source);
                var own = state_dict();
                bool Wanted(string key) => skip is null || !skip.Contains(key);
                var missing = own.Keys.Where(k => Wanted(k) && !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => Wanted(k) && !own.ContainsKey(k)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException($"The state does not fit {GetName()}: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}]. Build the module with the settings the state was saved with, or pass strict: false.");

                var common = own.Where(o => Wanted(o.Key) && source.ContainsKey(o.Key)).ToList();
                foreach (var (key, target) in common)
                    if (!target.shape.SequenceEqual(source[key].shape))
                        throw new ArgumentException($"'{key}' of {GetName()} has shape [{string.Join(", ", target.shape)}], the state's has [{string.Join(", ", source[key].shape)}].", nameof(source));

                using var frozen = no_grad();
                foreach (var (key, target) in common) target.copy_(source[key]);
                return (missing, unexpected);
            }
        }
    }
}
