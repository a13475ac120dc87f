"""Teachers: a name → the function that trains it. A teacher labels texts and is no part of the model that is served."""
