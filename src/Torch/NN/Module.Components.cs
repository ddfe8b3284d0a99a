using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private readonly OrderedDictionary<string, Module> ownModules = [];
            private readonly OrderedDictionary<string, Parameter> ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor Value, bool Persistent)> ownBuffers = [];
            private bool componentsRegistered;

            /// <summary>
            /// Registers every field that holds a module, a parameter or a tensor (as a buffer) under the field's name,
            /// derived classes first. Names that are registered already are left alone; a second call does nothing.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (componentsRegistered) return;
                foreach (var field in FieldsOf(GetType()))
                {
                    if (IsRegistered(field.Name)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(field.Name, module); break;
                        case Parameter parameter: register_parameter(field.Name, parameter); break;
                        case Tensor tensor: register_buffer(field.Name, tensor); break;
                    }
                }
                componentsRegistered = true;
            }

            private bool IsRegistered(string key) => ownModules.ContainsKey(key) || ownParameters.ContainsKey(key) || ownBuffers.ContainsKey(key);

            private static IEnumerable<FieldInfo> FieldsOf(Type type)
            {
                const BindingFlags declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                for (var t = type; t != typeof(Module) && t is not null; t = t.BaseType)
                    foreach (var field in t.GetFields(declared)) yield return field;
            }

            /// <summary>Registers a submodule.</summary>
            /// <param name="name">Its name, without dots.</param>
            /// <param name="submodule">The module; null removes the name.</param>
            /// <exception cref="ArgumentException">The name is empty or has a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null) { ownModules.Remove(name); return; }
                CheckName(name, "module");
                submodule.RegisterComponents();
                ownModules.Add(name, submodule);
            }

            /// <summary>The same as <see cref="register_module"/>.</summary>
            /// <param name="name">Its name, without dots.</param>
            /// <param name="module">The module.</param>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Registers a parameter: what an optimiser trains.</summary>
            /// <param name="name">Its name, without dots.</param>
            /// <param name="param">The parameter.</param>
            /// <exception cref="ArgumentException">The name is empty or has a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                CheckName(name, "parameter");
                ownParameters.Add(name, param);
            }

            /// <summary>Registers a buffer: state that moves with the module but is not trained.</summary>
            /// <param name="name">Its name, without dots.</param>
            /// <param name="tensor">The tensor.</param>
            /// <param name="persistent">Whether <see cref="state_dict"/> contains it.</param>
            /// <exception cref="ArgumentException">The name is empty or has a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                CheckName(name, "buffer");
                ownBuffers.Add(name, (tensor, persistent));
            }

            /// <summary>
            /// Makes a parameter the module's own under a name, in place of the one before and at its position, which is released; null
            /// removes it. It leaves its dispose scope, so it lives as long as the module.
            /// </summary>
            private protected void Own(ref Parameter? current, Parameter? value, string key)
            {
                if (ReferenceEquals(current, value)) return;
                current?.Dispose();
                current = value;
                if (value is null) { ownParameters.Remove(key); return; }
                value.DetachFromDisposeScope();
                if (ownParameters.ContainsKey(key)) ownParameters[key] = value;
                else register_parameter(key, value);
            }

            /// <summary>The same for a persistent buffer.</summary>
            private protected void Own(ref Tensor? current, Tensor? value, string key)
            {
                if (ReferenceEquals(current, value)) return;
                current?.Dispose();
                current = value;
                if (value is null) { ownBuffers.Remove(key); return; }
                value.DetachFromDisposeScope();
                if (ownBuffers.ContainsKey(key)) ownBuffers[key] = (value, true);
                else register_buffer(key, value);
            }

            /// <summary>Forgets all submodules without disposing them.</summary>
            protected void ClearModules() => ownModules.Clear();

            private void CheckName(string key, string kind)
            {
                if (string.IsNullOrEmpty(key)) throw new ArgumentException($"A {kind} needs a name that is not empty.", nameof(name));
                if (key.Contains('.')) throw new ArgumentException($"A {kind}'s name cannot contain a dot, for dots divide the levels of a full name: '{key}'.", nameof(name));
                if (IsRegistered(key)) throw new InvalidOperationException($"'{key}' is registered already in {GetName()}; choose another name for this {kind}.");
            }

            /// <summary>The modules directly below this one, with their names, in the order of registration.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                foreach (var (key, child) in ownModules) yield return (key, child);
            }

            /// <summary>The modules directly below this one.</summary>
            public virtual IEnumerable<Module> children() => named_children().Select(c => c.module);

            /// <summary>All modules below this one (itself not) with their full names: first the children, then theirs.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in named_children()) yield return child;
                foreach (var (prefix, child) in named_children())
                    foreach (var (key, module) in child.named_modules()) yield return ($"{prefix}.{key}", module);
            }

            /// <summary>All modules below this one (itself not).</summary>
            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            /// <summary>The parameters with their full names, as PyTorch names them; one shared by several modules comes once.</summary>
            /// <param name="recurse">False: only this module's own.</param>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, parameter) in ownParameters)
                    if (seen.Add(parameter)) yield return (key, parameter);
                if (!recurse) yield break;
                foreach (var (prefix, child) in named_children())
                    foreach (var (key, parameter) in child.named_parameters())
                        if (seen.Add(parameter)) yield return ($"{prefix}.{key}", parameter);
            }

            /// <summary>The parameters in the order of <see cref="named_parameters"/>.</summary>
            /// <param name="recurse">False: only this module's own.</param>
            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            /// <summary>The buffers with their full names; one shared by several modules comes once.</summary>
            /// <param name="recurse">False: only this module's own.</param>
            /// <param name="include_nonpersistent">False: only those that <see cref="state_dict"/> contains.</param>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, (buffer, persistent)) in ownBuffers)
                    if ((persistent || include_nonpersistent) && seen.Add(buffer)) yield return (key, buffer);
                if (!recurse) yield break;
                foreach (var (prefix, child) in named_children())
                    foreach (var (key, buffer) in child.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer)) yield return ($"{prefix}.{key}", buffer);
            }

            /// <summary>The buffers in the order of <see cref="named_buffers"/>.</summary>
            /// <param name="recurse">False: only this module's own.</param>
            /// <param name="include_nonpersistent">False: only those that <see cref="state_dict"/> contains.</param>
            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            /// <summary>The parameter of this full name, or null.</summary>
            /// <param name="target">The full name, levels divided by dots.</param>
            public virtual Parameter? get_parameter(string target) =>
                Owner(target, out var key) is { } owner ? owner.ownParameters.GetValueOrDefault(key) : null;

            /// <summary>Whether there is a parameter of this full name.</summary>
            /// <param name="target">The full name, levels divided by dots.</param>
            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            /// <summary>The buffer of this full name, or null.</summary>
            /// <param name="target">The full name, levels divided by dots.</param>
            public virtual Tensor? get_buffer(string target) =>
                Owner(target, out var key) is { } owner ? owner.ownBuffers.GetValueOrDefault(key).Value : null;

            /// <summary>Whether there is a buffer of this full name.</summary>
            /// <param name="target">The full name, levels divided by dots.</param>
            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>The module that a full name leads to, and the last part of the name.</summary>
            private Module? Owner(string target, out string key)
            {
                var levels = target.Split('.');
                key = levels[^1];
                Module? owner = this;
                foreach (var level in levels[..^1]) owner = owner?.named_children().FirstOrDefault(c => c.name == level).module;
                return owner;
            }
        }
    }
}
