"""The pytest plugin: options in, a judged result out."""
